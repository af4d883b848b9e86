/** Three systems that hold some of the same clients, staged for a backfill on a test hub. */
import type { BackfillProgress, Terms } from '../../../lib';
import type { ListPlace, ReadingPlace } from '../../../lib/backfill/reading';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import { snapshot, START, TestHub } from '../support/hub';

export const SYSTEMS = ['redtail', 'salesforce', 'wealthbox'];
export const TERMS: Terms = { fieldRules: [] };

/** Number `n` of a firm's clients; `more`: how one CRM has it. */
export function person(n: number, more: CanonicalFields = {}): CanonicalFields {
	const letters = [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
	return {
		firstName: `First${letters}`,
		lastName: `Last${letters}`,
		emails: [{ address: `client${n}@example.com`, primary: true }],
		...more,
	};
}

export type Holdings = Record<string, Map<string, CanonicalFields>>;

/** `plan.all` clients in every system, then `plan.own` that each system alone has. */
export function holdings({ all, own }: { all: number; own: number }): Holdings {
	const held: Holdings = {};
	for (const [place, system] of SYSTEMS.entries()) {
		const numbers = [
			...Array.from({ length: all }, (_, index) => index),
			...Array.from({ length: own }, (_, index) => 1_000 * (place + 1) + index),
		];
		held[system] = new Map(
			numbers.map((n) => [
				`${system.slice(0, 1)}${n}`,
				person(n, { jobTitle: `${system} ${n % 3}` }),
			]),
		);
	}
	return held;
}

export function eventsOf(
	system: string,
	held: ReadonlyMap<string, CanonicalFields>,
	at = START,
): ChangeEventInput[] {
	return [...held].map(([crmId, fields]) => snapshot(system, crmId, fields, { at }));
}

export async function readAll(hub: TestHub, held: Holdings): Promise<string> {
	const { run } = await hub.fabric.backfill.begin();
	for (const system of SYSTEMS) await readOne(hub, run, system, held[system] ?? new Map());
	return run;
}

/** Of the list of contacts. */
export function listPlace({ run, system, lists }: ReadingPlace): ListPlace {
	const [list] = lists;
	return { run, system, list: 'contact', pass: list?.pass ?? 0 };
}

export async function readOne(
	hub: TestHub,
	run: string,
	system: string,
	held: ReadonlyMap<string, CanonicalFields>,
): Promise<void> {
	const place = listPlace(await hub.fabric.backfill.beginReading(run, system));
	const events = eventsOf(system, held, hub.now);
	await hub.fabric.backfill.stage({ ...place, position: null, events });
	await hub.fabric.backfill.endList(place);
}

export async function planned(hub: TestHub, held: Holdings): Promise<BackfillProgress> {
	return hub.fabric.backfill.plan(await readAll(hub, held), { terms: TERMS, filters: [] });
}

/** Advances and delivers until nothing moves; what was written stands in `held`. */
export async function runOut(hub: TestHub, held: Holdings): Promise<number> {
	let writes = 0;
	for (let round = 0; round < 500; round += 1) {
		const moved = await hub.fabric.backfill.advance();
		const done = await deliverRound(hub, held);
		writes += done;
		if (!moved && done === 0) return writes;
	}
	throw new Error('The run does not end.');
}

export async function deliverRound(hub: TestHub, held: Holdings): Promise<number> {
	let count = 0;
	for (const system of SYSTEMS) {
		for (const job of await hub.claim(system)) {
			const crmId = job.crmId ?? `${system.slice(0, 1)}-${job.unifiedId}`;
			const records = held[system] as Map<string, CanonicalFields>;
			records.set(crmId, { ...records.get(crmId), ...job.changes });
			await hub.confirm(job, crmId);
			count += 1;
		}
	}
	return count;
}
