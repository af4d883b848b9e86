/** How far a backfill has come, system by system and object by object. */
import type { ConnectorOf } from '../delivery/mark';
import type { ObjectName } from '../model/objects';
import type { RunDeliveries, StagedCount } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import { plannedWrites } from './approval';
import { estimate, type ObjectWrites } from './estimate';
import { ENDED, objectsOfRun, RUNNING, type Backfill, type Estimate } from './report';

interface Counts {
	/** Records read. */
	read: number;
	/** Of these: matched and merged. */
	merged: number;
	/** Of these: they wait for a client who is not known yet. */
	waiting: number;
	/** Writes that the plan holds, and what became of those that were opened. */
	planned: number;
	opened: number;
	written: number;
	/** No longer needed: the record agreed by itself, or a person withdrew it. */
	dropped: number;
	/** Waiting for a person: beyond what was approved. */
	held: number;
	/** Dead letters. */
	failed: number;
	/** To be written still. */
	remaining: number;
}

/** The records of one object in one system. */
export interface PartProgress extends Counts {
	system: string;
	object: ObjectName;
}

/** All its objects together. */
export interface SystemProgress extends Counts {
	system: string;
	/** At the pace of the rate budget; null: not known. */
	etaSeconds: number | null;
}

export interface BackfillProgress extends Backfill {
	/** What was read, clients first. */
	objects: ObjectName[];
	/** 0 to 1, of the phase. */
	share: number;
	systems: SystemProgress[];
	parts: PartProgress[];
	/** What writing the plan costs: as planned before it is started, what is left of it after. */
	estimates: Estimate[];
}

export async function progressOf(
	tx: StoreTransaction,
	backfill: Backfill,
	connectorOf: ConnectorOf,
	now: number,
): Promise<BackfillProgress> {
	const rows = await tx.backfills.countRows(backfill.run);
	const deliveries = await tx.backfills.deliveries(backfill.run);
	const objects = objectsOfRun(backfill);
	const systems: SystemProgress[] = [];
	const estimates: Estimate[] = [];
	const parts: PartProgress[] = [];
	for (const system of await tx.systems.all()) {
		const { name } = system;
		const isOwn = (one: { system: string }) => one.system === name;
		const own = { rows: rows.filter(isOwn), deliveries: deliveries.filter(isOwn) };
		const cost = estimate({
			system,
			connector: connectorOf(system.connector),
			writes: writesLeft(backfill, name, own.deliveries, objects),
			reading: backfill.readings[name],
			createsPerDay: backfill.caps.createsPerDay?.[name],
		});
		estimates.push(cost);
		const ofSystem = objects.map((object) => partProgress(backfill, name, object, own));
		parts.push(...ofSystem);
		systems.push({ system: name, ...total(ofSystem), etaSeconds: cost.seconds });
	}
	const noted = withHints(backfill, now, systems);
	const share = shareOf(backfill, systems);
	return { ...noted, objects, share, systems, parts, estimates };
}

function writesLeft(
	backfill: Backfill,
	system: string,
	own: readonly RunDeliveries[],
	objects: readonly ObjectName[],
): ObjectWrites {
	return Object.fromEntries(
		objects.map((object) => {
			const planned = plannedWrites(backfill, backfill.mode, object, system);
			if (!isUnderWay(backfill)) return [object, planned];
			const ofObject = own.filter((one) => one.object === object);
			const left = (operation: 'create' | 'update', most: number) => {
				const done = ofObject.filter((one) => one.operation === operation);
				const waiting = sum(done.filter(isAlive));
				return waiting + unopened(backfill, object, most - sum(done));
			};
			const creates = left('create', planned.creates);
			const updates = left('update', planned.updates);
			const joins = Math.min(planned.joins, creates + updates);
			return [object, { creates, updates, joins }];
		}),
	);
}

/** Writes that follow: of pages that are not merged yet, and of what is made after its client. */
function unopened({ phase }: Backfill, object: ObjectName, left: number): number {
	const isClient = object === 'contact' || object === 'household';
	const follow = phase === 'merging' || (RUNNING.includes(phase) && !isClient);
	return follow ? Math.max(0, left) : 0;
}

function isUnderWay({ phase }: Backfill): boolean {
	return RUNNING.includes(phase) || ENDED.includes(phase);
}

function partProgress(
	backfill: Backfill,
	system: string,
	object: ObjectName,
	own: { rows: readonly StagedCount[]; deliveries: readonly RunDeliveries[] },
): PartProgress {
	const rows = own.rows.filter((row) => row.object === object);
	const deliveries = own.deliveries.filter((one) => one.object === object);
	const read = backfill.readings[system]?.records[object] ?? 0;
	const { creates, updates } = plannedWrites(backfill, backfill.mode, object, system);
	const of = (...states: string[]) => sum(deliveries.filter(({ state }) => states.includes(state)));
	const inState = (...states: string[]) => sum(rows.filter(({ state }) => states.includes(state)));
	const planned = creates + updates;
	const opened = sum(deliveries);
	const alive = of('open', 'claimed', 'held');
	const isOver = ENDED.includes(backfill.phase);
	return {
		system,
		object,
		read,
		merged: isOver ? read : inState('merged', 'waiting'),
		waiting: inState('waiting'),
		planned,
		opened,
		written: of('confirmed'),
		dropped: of('superseded'),
		held: of('held'),
		failed: of('dead'),
		remaining: isUnderWay(backfill)
			? alive + unopened(backfill, object, planned - opened)
			: planned,
	};
}

function total(parts: readonly PartProgress[]): Counts {
	const of = (count: (part: PartProgress) => number) =>
		parts.reduce((all, part) => all + count(part), 0);
	return {
		read: of(({ read }) => read),
		merged: of(({ merged }) => merged),
		waiting: of(({ waiting }) => waiting),
		planned: of(({ planned }) => planned),
		opened: of(({ opened }) => opened),
		written: of(({ written }) => written),
		dropped: of(({ dropped }) => dropped),
		held: of(({ held }) => held),
		failed: of(({ failed }) => failed),
		remaining: of(({ remaining }) => remaining),
	};
}

function isAlive({ state }: RunDeliveries): boolean {
	return state === 'open' || state === 'claimed' || state === 'held';
}

function sum(rows: ReadonlyArray<{ count: number }>): number {
	return rows.reduce((all, { count }) => all + count, 0);
}

function shareOf({ phase, page, pages }: Backfill, systems: readonly SystemProgress[]): number {
	if (phase === 'trying' || phase === 'merging') return pages === 0 ? 1 : page / pages;
	if (phase !== 'writing') return ENDED.includes(phase) || phase === 'planned' ? 1 : 0;
	const whole = systems.reduce((all, one) => all + Math.max(one.opened, one.planned), 0);
	const remaining = systems.reduce((all, one) => all + one.remaining, 0);
	return whole === 0 ? 1 : Math.max(0, 1 - remaining / whole);
}

const SLOW_MS = 120_000;

/** What a person should know of a run that stands still. */
function withHints(backfill: Backfill, now: number, systems: readonly SystemProgress[]): Backfill {
	const { phase, isPaused, movedAt } = backfill;
	const hints: string[] = [];
	const stands = now - Date.parse(movedAt) > SLOW_MS;
	if ((phase === 'merging' || phase === 'sweeping') && !isPaused && stands) {
		hints.push(
			'Nothing has moved for two minutes. Publish the workflow of the contact sync: its Delivery Trigger carries the run on.',
		);
	}
	const held = systems.filter((one) => one.held > 0).map(({ system }) => system);
	if (held.length > 0) {
		hints.push(
			`More would be written in ${held.join(' and ')} than was approved: a review of the kind breaker asks.`,
		);
	}
	return { ...backfill, notes: [...backfill.notes, ...hints] };
}
