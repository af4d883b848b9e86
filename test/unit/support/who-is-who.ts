/** Random lives of a few clients whom people merge, take apart and put together again. */
import fc from 'fast-check';
import { DeskError } from '../../../lib/model/failures';
import { recordKey } from '../../../lib/model/event';
import type { Link } from '../../../lib/model/rows';
import type { CanonicalFields } from '../../../lib/model/fields';
import { TestHub } from './hub';
import { mails, SYSTEMS } from './past';
import { tinyConnector, TinyCrms } from './tiny-crms';

export type Move =
	| { do: 'edit'; system: string; record: number; fields: CanonicalFields }
	| { do: 'settle' | 'deliver' | 'read' }
	| { do: 'merge'; from: number; into: number }
	| { do: 'split'; client: number; records: number[] }
	| { do: 'undo'; which: number };

const small = fc.nat({ max: 7 });
const fields: fc.Arbitrary<CanonicalFields> = fc.oneof(
	fc.record({ jobTitle: fc.constantFrom('CFO', 'CEO', null) }),
	fc.record({ status: fc.constantFrom('Active', 'Lost', null) }),
	fc.record({ emails: fc.subarray(['a', 'b', 'c']).map((names) => mails(...names)) }),
);
export const move: fc.Arbitrary<Move> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant('edit' as const),
			system: fc.constantFrom(...SYSTEMS),
			record: small,
			fields,
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constantFrom('settle' as const, 'deliver' as const, 'read' as const),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({ do: fc.constant('merge' as const), from: small, into: small }),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('split' as const),
			client: small,
			records: fc.array(small, { minLength: 1, maxLength: 3 }),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const), which: small }) },
);

const NAMES = ['Ada Hale', 'Zoe Quill', 'Tom Marsh'];

export class WhoIsWho {
	/** Merges and splits that were done. */
	readonly moves: number[] = [];

	private constructor(readonly crms: TinyCrms) {}

	static async open(): Promise<WhoIsWho> {
		const crms = new TinyCrms(await TestHub.open(SYSTEMS, {}, tinyConnector), SYSTEMS);
		for (const [index, name] of NAMES.entries()) {
			const [firstName = '', lastName = ''] = name.split(' ');
			crms.enter('wealthbox', `w${index}`, { firstName, lastName, emails: mails(`${index}`) });
			crms.hub.now += 5;
		}
		await crms.read('wealthbox');
		await crms.settle();
		return new WhoIsWho(crms);
	}

	async live(moves: readonly Move[]): Promise<void> {
		for (const one of moves) {
			this.crms.hub.now += 1_000;
			await this.step(one);
		}
	}

	/** Entities that are no part of another one and have records. */
	async clients(): Promise<string[]> {
		const links = await this.links();
		return [...new Set(links.map(({ entityId }) => entityId))].sort();
	}

	async ids(): Promise<string[]> {
		return this.crms.hub.tx((tx) => tx.identity.page(null, 1_000));
	}

	async links(): Promise<Link[]> {
		const ids = await this.ids();
		const links = await this.crms.hub.tx((tx) => tx.identity.linksOf(ids));
		return links.sort((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));
	}

	/** What the hub holds for true of every client. */
	async state() {
		const clients = await this.clients();
		const registers = await this.crms.hub.tx((tx) => tx.registers.registers(clients));
		return { registers, links: await this.links() };
	}

	async merge(from: string, into: string): Promise<number | undefined> {
		return this.note(this.crms.hub.fabric.desk.mergeEntities({ from, into, by: 'Ann' }));
	}

	private async step(one: Move): Promise<void> {
		const { crms } = this;
		switch (one.do) {
			case 'edit': {
				const ids = [...crms.of(one.system).keys()];
				const crmId = ids[one.record % ids.length];
				if (crmId !== undefined) crms.edit(one.system, crmId, one.fields);
				return;
			}
			case 'settle':
				return crms.settle();
			case 'read':
				for (const system of SYSTEMS) await crms.read(system);
				return;
			case 'deliver':
				for (const system of SYSTEMS) await crms.deliver(system);
				return;
			case 'merge':
				return void (await this.mergeTwo(one.from, one.into));
			case 'split':
				return this.split(one.client, one.records);
			case 'undo':
				return this.undo(one.which);
		}
	}

	private async mergeTwo(from: number, into: number): Promise<void> {
		const clients = await this.clients();
		const [one, other] = [clients[from % clients.length], clients[into % clients.length]];
		if (one !== undefined && other !== undefined && one !== other) await this.merge(one, other);
	}

	private async split(client: number, records: readonly number[]): Promise<void> {
		const clients = await this.clients();
		const unifiedId = clients[client % clients.length] ?? '';
		const links = (await this.links()).filter(({ entityId }) => entityId === unifiedId);
		const named = records.flatMap((index) => links[index % links.length] ?? []);
		await this.note(this.crms.hub.fabric.desk.splitEntity({ unifiedId, records: named }));
	}

	private async undo(which: number): Promise<void> {
		const auditSeq = this.moves[which % Math.max(1, this.moves.length)];
		if (auditSeq === undefined) return;
		await this.note(this.crms.hub.fabric.desk.undoIdentity({ auditSeq, by: 'Ann' }));
	}

	private async note(moving: Promise<{ auditSeq: number }>): Promise<number | undefined> {
		try {
			const { auditSeq } = await moving;
			this.moves.push(auditSeq);
			return auditSeq;
		} catch (error) {
			if (error instanceof DeskError) return undefined;
			throw error;
		}
	}
}
