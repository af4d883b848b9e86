/** What would this client look like under other rules? Its past is merged again; nothing is written. */
import { DeskError } from '../model/failures';
import { registerValue } from '../merge/register';
import { mergeRules, type FieldRule } from '../merge/rules';
import { sameValue } from '../model/canonical';
import type { FieldValue } from '../model/fields';
import type { StoredAuditRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { foldLinks, MERGED, SPLIT } from './fold';
import { Replay, type DecisionAgain } from './replay';
import { timeline } from './timeline';
import { trailOf } from './trail';

export interface WhatIfField {
	field: string;
	/** As it is; undefined: no value. */
	now: FieldValue | undefined;
	/** As it would be. */
	then: FieldValue | undefined;
	differs: boolean;
	/** Decisions that would have ended otherwise, oldest first. */
	decisions: DecisionAgain[];
}

export interface WhatIf {
	unifiedId: string;
	fields: WhatIfField[];
	/** What the answer rests on. */
	sources: { events: number; fromTrail: number };
	/** Sentences for a person: what the answer could not take into account. */
	notes: string[];
}

const MAX_EVENTS = 20_000;

/** Throws {@link DeskError} if there is no such client. */
export async function whatIf(
	tx: StoreTransaction,
	unifiedId: string,
	rules: FieldRule[],
): Promise<WhatIf> {
	const rows = await trailOf(tx, { entityId: unifiedId });
	if (rows.length === 0) {
		throw new DeskError(`There is no client ${unifiedId}. Look it up by one of its records.`);
	}
	const records = [
		...(foldLinks(rows).get(unifiedId) ?? []),
		...(await tx.identity.linksOf([unifiedId])),
	];
	const events = await tx.history.eventsOf(records, MAX_EVENTS);
	const ids = [...new Set(rows.flatMap(({ deliveryId }) => deliveryId ?? []))];
	const deliveries = await tx.deliveries.byIds(ids);
	const priorities = Object.fromEntries(
		(await tx.systems.all()).map(({ name, priority }) => [name, priority]),
	);
	const replay = new Replay(mergeRules(rules, priorities), deliveries);
	const settled = events.filter(({ state }) => ['applied', 'noop', 'superseded'].includes(state));
	const { registers, decisions, fromTrail } = replay.run(timeline(rows, settled));
	const actual = (await tx.registers.registers([unifiedId])).get(unifiedId) ?? {};
	const names = [...new Set([...Object.keys(actual), ...Object.keys(registers)])].sort();
	const fields = names.map((field): WhatIfField => {
		const [now, then] = [actual, registers].map((from) => registerValue(field, from[field]));
		const other = decisions.filter((one) => one.field === field && isOther(one));
		return { field, now, then, differs: !sameValue(field, now, then), decisions: other };
	});
	return {
		unifiedId,
		fields,
		sources: { events: settled.length, fromTrail },
		notes: notes(rows, fromTrail, events.length),
	};
}

function isOther({ now, then }: DecisionAgain): boolean {
	return now?.verdict !== then?.verdict && !(now === undefined && then?.verdict === 'agree');
}

function notes(rows: readonly StoredAuditRow[], fromTrail: number, events: number): string[] {
	const said: string[] = [];
	if (fromTrail > 0) {
		said.push(
			`The events of ${fromTrail} decisions are no longer kept: they were taken from the audit trail. What was offered of a list and lost is not known there.`,
		);
	}
	if (events >= MAX_EVENTS) said.push(`Only the first ${MAX_EVENTS} events were looked at.`);
	if (rows.some(({ kind }) => kind === MERGED || kind === SPLIT)) {
		said.push('What came from another client, or went to one, is taken as it did.');
	}
	return said;
}
