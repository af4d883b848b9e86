/** Along which lines was a client put together, and which ids do its parts get when it is taken apart? Pure. */
import { MERGED, type MergeNote, type SplitNote } from '../../history/fold';
import type { StoredAuditRow } from '../../model/rows';

export interface Lines {
	/** The entity's own id. */
	unifiedId: string;
	/** Keys of all its records. */
	records: ReadonlySet<string>;
	/** Each entity that has become part of it -> keys of those of its records that came with it. */
	aliases: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Ids {
	/** The records that leave, by key: those that were named, or all others. */
	leaving: ReadonlySet<string>;
	/** The id that they had before; undefined: they get a new one. */
	former: string | undefined;
	/** Entities that go with them. */
	aliases: string[];
}

/** `moves`: rows of merges and splits, oldest first. `aliases`: the entities that are part of it now. */
export function linesOf(
	unifiedId: string,
	records: ReadonlySet<string>,
	aliases: readonly string[],
	moves: readonly StoredAuditRow[],
): Lines {
	const came = new Map(aliases.map((alias) => [alias, new Set<string>()]));
	for (const { kind, detail } of moves) {
		if (kind === MERGED) {
			const { from, links } = detail as MergeNote;
			for (const key of links) if (records.has(key)) came.get(from)?.add(key);
			continue;
		}
		// A person said that these are not that client.
		const note = detail as SplitNote;
		for (const { system, object, crmId } of note.records) {
			came.get(note.from)?.delete(`${system}/${object}/${crmId}`);
		}
	}
	return { unifiedId, records, aliases: came };
}

/**
 * The survivor keeps its id, and so do its own records: if exactly those were named, the others leave. What
 * leaves gets the former id that fits it best, or the one that is `wanted`.
 */
export function idsOf(lines: Lines, named: ReadonlySet<string>, wanted?: string): Ids {
	const rest = difference(lines.records, named);
	const came = [...lines.aliases.values()];
	const isNative = [...named].every((key) => !came.some((keys) => keys.has(key)));
	const isOther = isNative && came.some((keys) => isSame(keys, rest));
	const leaving = isOther && wanted === undefined ? rest : named;
	const fitting = [...lines.aliases]
		.map(([alias, keys]) => ({ alias, keys, fit: overlap(keys, leaving) }))
		.filter(({ fit }) => fit > 0)
		.sort((a, b) => b.fit - a.fit || numberOf(a.alias) - numberOf(b.alias));
	const former = wanted ?? fitting[0]?.alias;
	const aliases = fitting
		.filter(({ alias, keys }) => alias !== former && difference(keys, leaving).size === 0)
		.map(({ alias }) => alias);
	return { leaving, former, aliases };
}

function numberOf(unifiedId: string): number {
	return Number(unifiedId.slice(1));
}

function difference(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
	return new Set([...a].filter((key) => !b.has(key)));
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	return a.size === b.size && difference(a, b).size === 0;
}

/** 1: the same; 0: nothing in common. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	const common = [...a].filter((key) => b.has(key)).length;
	return common === 0 ? 0 : common / (a.size + b.size - common);
}
