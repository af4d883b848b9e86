/** The mapping that a reading works with, and whether another one has taken its place meanwhile. */
import type { Fabric, FieldMap } from '../../../lib';

export interface FollowedMap {
	fieldMap: FieldMap;
	/** Aborts when another mapping is in force. */
	replaced: AbortSignal;
	close: () => void;
}

export async function followMap(
	fabric: Fabric,
	system: string,
	otherwise: FieldMap,
): Promise<FollowedMap> {
	const current = async () =>
		(await fabric.systems()).find(({ name }) => name === system)?.fieldMap ?? otherwise;
	const fieldMap = await current();
	const text = JSON.stringify(fieldMap);
	const replaced = new AbortController();
	const compare = async () => {
		if (JSON.stringify(await current()) !== text) replaced.abort();
	};
	// A store that does not answer: the next signal, or the next start of the reading, finds it out.
	const onSignal = () => void compare().catch(() => {});
	const name = `mapping:${system}`;
	fabric.signals.on(name, onSignal);
	return {
		fieldMap,
		replaced: replaced.signal,
		close: () => void fabric.signals.off(name, onSignal),
	};
}
