/** Law 8: the audit trail, folded from empty, gives the registers, and its chain of hashes holds. */
import { foldAudit } from '../../unit/support/audit-fold';
import { hold, type LawOf } from './law';

export const complete: LawOf = (world) => ({
	number: 8,
	title: 'the audit trail is complete',
	atEnd: async () => {
		const { fabric, store } = world.engine;
		const chain = await fabric.history.verifyAudit();
		hold(8, chain.ok, () => `The audit trail's chain is broken at ${chain.firstBroken?.seq}`);
		const folded = foldAudit(await fabric.desk.audit({ limit: 100_000 }));
		const ids = await store.transaction((tx) => tx.identity.page(null, 10_000));
		const kept = await store.transaction((tx) => tx.registers.registers(ids));
		for (const id of ids) {
			const [told, held] = [folded.get(id) ?? {}, kept.get(id) ?? {}].map(sorted);
			hold(8, told === held, () => `The audit trail of ${id} does not give its registers`);
		}
	},
});

function sorted(registers: object): string {
	return JSON.stringify(
		Object.entries(registers).sort(([a], [b]) => (a < b ? -1 : 1)),
		inOrder,
	);
}

/** The same object is the same text, whatever the order of its keys. */
function inOrder(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
