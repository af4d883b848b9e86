/** What each kind of action does. */
import type { MemoryCrm } from '../crm/memory-crm';
import { rush } from '../rush';
import type { World } from '../world';
import type { ActionKind } from './kinds';

type Act = (world: World, crm: MemoryCrm) => Promise<void> | void;

export const ACTIONS: Record<ActionKind, Act> = {
	edit: ({ people }, crm) => people.edit(crm),
	make: ({ people }, crm) => people.makeNew(crm),
	delete: ({ people }, crm) => people.delete(crm),
	archive: ({ people }, crm) => people.archive(crm),
	twin: ({ people }, crm) => people.twin(crm),
	read: ({ reader }, crm) => reader.advance(crm),
	run: ({ canvas }, { name }) => canvas.advance(name),
	write: ({ deliverer }, crm) => deliverer.advance(crm),
	answer: async ({ office }) => void (await office.answerOne()),
	tidy: ({ office }) => office.tidyOne(),
	pause: ({ office }, crm) => office.pause(crm),
	reconcile: ({ office, chance }, crm) => office.reconcile(crm, chance.happens(0.4)),
	rule: ({ canvas }) => canvas.changeRule(),
	undo: ({ office }) => office.undoOne(),
	add: ({ belongings }, crm) => belongings.add(crm),
	change: ({ belongings }, crm) => belongings.change(crm),
	move: ({ belongings }, crm) => belongings.move(crm),
	discard: ({ belongings }, crm) => belongings.discard(crm),
	rerun: ({ canvas }) => canvas.rerun(),
	die: (world) => world.die(),
	down: goDown,
	replay: ({ reader }, crm) => reader.replay(crm),
	gap: ({ reader }, crm) => reader.break(crm),
	rush,
};

/** The CRM answers nothing for a while. */
function goDown({ chance, now, trace }: World, crm: MemoryCrm): void {
	const minutes = chance.between(1, 30);
	crm.downUntil = now + minutes * 60_000;
	trace.note(`  ${crm.name} is down for ${minutes} minutes`);
}
