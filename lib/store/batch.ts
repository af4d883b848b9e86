/** Set-based access within the database's limits: many rows in few statements. */
const MAX_ROWS = 400;

export function chunks<T>(items: readonly T[], size = MAX_ROWS): T[][] {
	const result: T[][] = [];
	for (let start = 0; start < items.length; start += size)
		result.push(items.slice(start, start + size));
	return result;
}

/** Runs `read` for each chunk of `items` and joins what comes back. */
export async function inChunks<T, R>(
	items: readonly T[],
	read: (chunk: T[]) => Promise<R[]>,
): Promise<R[]> {
	const rows: R[] = [];
	for (const chunk of chunks(items)) rows.push(...(await read(chunk)));
	return rows;
}

/** The record ids of each system and object, for `where system = ? and object = ? and crm_id in (...)`. */
export function bySystem<T extends { system: string; object: string; crmId: string }>(
	addresses: readonly T[],
): Array<{ system: string; object: string; ids: string[] }> {
	const groups = new Map<string, { system: string; object: string; ids: Set<string> }>();
	for (const { system, object, crmId } of addresses) {
		const name = `${system}/${object}`;
		const group = groups.get(name) ?? { system, object, ids: new Set<string>() };
		group.ids.add(crmId);
		groups.set(name, group);
	}
	return [...groups.values()].map((group) => ({ ...group, ids: [...group.ids] }));
}
