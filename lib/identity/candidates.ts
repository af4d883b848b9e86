/** Which known clients, and which records of the same batch, each record is compared with: few, the likeliest. */
import type { ChangeEvent } from '../model/event';
import { unifiedIdOf } from '../model/unified-id';
import { entitiesOf, NOBODY, type Holders } from '../store/identity-blocks';
import type { StoreTransaction } from '../store/store';
import {
	ALL_RECORDS,
	blockKeys,
	COMMON,
	countProfiles,
	nameValueKeys,
	proposalPoints,
} from './blocks';
import type { FoldedProfile } from './compare/profile';
import { foldedOnce } from './compare/fold-profile';
import { hash53 } from './hash';
import { externalKeys } from './keys';
import type { Frequencies } from './weights';

/** A record that is to be placed. */
export interface Newcomer {
	event: ChangeEvent;
	profile: FoldedProfile;
	keys: string[];
}

export function newcomerOf(event: ChangeEvent): Newcomer {
	const profile = { ...foldedOnce(event.fields), externalKeys: event.externalKeys };
	return { event, profile, keys: blockKeys(profile) };
}

export interface Proposals {
	/** Of each newcomer: known clients, by the ids they were last known under. */
	clients: string[][];
	/** Pairs of newcomers, by their places. */
	twins: Array<[number, number]>;
	frequencies: Frequencies;
}

/** How common names and keys are, where all records are known beforehand and come in parts. */
export interface WholeCounts {
	/** Name's hash -> how many of these records bear it; answers how many do in all. */
	names: (counts: ReadonlyMap<number, number>) => Promise<ReadonlyMap<number, number>>;
	/** How many records have a key in all; one that few have may be left out. */
	keys: (keys: readonly string[]) => Promise<ReadonlyMap<string, number>>;
}

/** Known clients that one record is compared with, at most. */
const MOST_CLIENTS = 24;

export async function findProposals(
	tx: StoreTransaction,
	newcomers: readonly Newcomer[],
	whole?: WholeCounts,
): Promise<Proposals> {
	const holders = holdersOf(newcomers);
	const hashes = new Map([...holders.keys()].map((key) => [key, hash53(key)]));
	const rows = await tx.blocks.find([...hashes.values()], COMMON + 1);
	const found = (key: string): Holders => rows.get(hashes.get(key) ?? 0) ?? NOBODY;
	const inAll = await whole?.keys([...holders.keys()]);
	const twins = new Map<number, number>();
	const clients = newcomers.map(() => new Map<number, number>());
	for (const [key, places] of holders) {
		const known = found(key);
		const records = Math.max(known.records + places.length, inAll?.get(key) ?? 0);
		const points = proposalPoints(key, records);
		if (points === 0) continue;
		const rarity = points + 1 / records;
		const entities = entitiesOf(known);
		for (const [index, place] of places.entries()) {
			for (const entity of entities) add(clients[place], entity, rarity);
			for (const other of places.slice(0, index))
				add(twins, other * newcomers.length + place, points);
		}
	}
	return {
		clients: await withOwners(tx, newcomers, clients.map(likeliest)),
		twins: [...twins]
			.filter(([, points]) => points >= 2)
			.map(([pair]) => [Math.floor(pair / newcomers.length), pair % newcomers.length]),
		frequencies: await frequenciesOf(
			newcomers,
			(key) => ({ places: holders.get(key) ?? [], known: found(key) }),
			whole?.names ?? ((counts) => withStored(tx, counts)),
		),
	};
}

function add(points: Map<number, number> | undefined, to: number, more: number): void {
	points?.set(to, (points.get(to) ?? 0) + more);
}

/** Key -> newcomers that have it. */
function holdersOf(newcomers: readonly Newcomer[]): Map<string, number[]> {
	const holders = new Map<string, number[]>();
	for (const [place, { keys }] of newcomers.entries()) {
		for (const key of keys) {
			const places = holders.get(key);
			if (places === undefined) holders.set(key, [place]);
			else places.push(place);
		}
	}
	return holders;
}

function likeliest(points: ReadonlyMap<number, number>): string[] {
	return [...points]
		.filter(([, sum]) => sum >= 2)
		.sort(([a, left], [b, right]) => right - left || a - b)
		.slice(0, MOST_CLIENTS)
		.map(([entity]) => unifiedIdOf(entity));
}

/** And whoever has one of its external keys. */
async function withOwners(
	tx: StoreTransaction,
	newcomers: readonly Newcomer[],
	clients: string[][],
): Promise<string[][]> {
	const keys = newcomers.map(({ event }) => externalKeys(event.externalKeys));
	const owners = await tx.identityKeys.ownersOf([...new Set(keys.flat())]);
	if (owners.length === 0) return clients;
	return clients.map((ids, place) => {
		const own = owners.filter(({ key }) => keys[place]?.includes(key));
		return [...new Set([...own.map(({ entityId }) => entityId), ...ids])];
	});
}

/** With the records that are known already. */
export async function withStored(
	tx: StoreTransaction,
	counts: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
	const stored = await tx.blocks.counts([...counts.keys()]);
	return new Map([...counts].map(([hash, count]) => [hash, count + (stored.get(hash) ?? 0)]));
}

/** How common the values of these records are among all known ones and these. */
async function frequenciesOf(
	newcomers: readonly Newcomer[],
	holders: (key: string) => { places: readonly number[]; known: Holders },
	inAll: WholeCounts['names'],
): Promise<Frequencies> {
	const profiles = newcomers.map(({ profile }) => profile);
	const names = await inAll(countProfiles(profiles));
	const nameKeys = new Map(
		profiles.flatMap(nameValueKeys).map((key) => [key, names.get(hash53(key))] as const),
	);
	return {
		records: names.get(ALL_RECORDS) ?? 0,
		countOf: (key) => {
			if (nameKeys.has(key)) return nameKeys.get(key);
			const { places, known } = holders(key);
			const clients = entitiesOf(known).length;
			const persons = new Set(places.map((place) => profiles[place]?.person.first)).size;
			return Math.max(1, clients + persons - 1);
		},
	};
}
