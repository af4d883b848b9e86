/** Runs: reconciles and first loads. See ../calls.ts. */
import { START } from '../../support/hub';
import { contact, event, delivery, type Call } from './samples';

const page = { after: '', limit: 10 };
const scope = { run: 'reconcile/1', system: 'wealthbox', object: 'contact', whole: false };
const ofWealthbox = (crmId: string) => ({ system: 'wealthbox', object: 'contact', crmId });
const wholeScope = { ...scope, whole: true };
const loading = { run: 'backfill/1', system: 'wealthbox', pass: 2 };

const staged = (crmId: string, more: { event: unknown; reason?: string }) => ({
	...{ object: 'contact', crmId },
	...more,
});

export const BACKFILLS: Call[] = [
	[
		'backfills.stage',
		(tx) =>
			tx.backfills.stage({ ...loading, pass: 1 }, [
				staged('1', { event: event('1', 'staged-1') }),
				staged('2', { event: event('2', 'staged-2') }),
				staged('3', { event: null, reason: 'It does not fit.' }),
			]),
	],
	[
		'backfills.stage',
		(tx) =>
			tx.backfills.stage(loading, [
				staged('1', { event: event('1', 'staged-1') }),
				staged('3', { event: null, reason: 'It does not fit.' }),
			]),
	],
	['backfills.countRows', (tx) => tx.backfills.countRows('backfill/1')],
	['backfills.dropUnseen', (tx) => tx.backfills.dropUnseen(loading, ['contact', 'household'])],
	[
		'backfills.placesOf',
		(tx) =>
			tx.backfills.placesOf('backfill/1', [
				{ system: 'wealthbox', object: 'contact', crmId: '1' },
				{ system: 'wealthbox', object: 'contact', crmId: '9' },
			]),
	],
	['backfills.invalidReasons', (tx) => tx.backfills.invalidReasons('backfill/1', 5)],
	['backfills.rowsAfter', (tx) => tx.backfills.rowsAfter('backfill/1', 0, 5)],
	['backfills.setPage', (tx) => tx.backfills.setPage([1], 0)],
	[
		'backfills.settleRows',
		(tx) => tx.backfills.settleRows([1], { state: 'planned', verdict: 'new' }),
	],
	['backfills.rowsOfPage', (tx) => tx.backfills.rowsOfPage('backfill/1', 0)],
	['backfills.unsettle', (tx) => tx.backfills.unsettle('backfill/1')],
	[
		'backfills.saveNames',
		(tx) =>
			tx.backfills.saveNames(
				'backfill/1',
				new Map([
					[7_000_000_000, 3],
					[-9, 1],
				]),
			),
	],
	['backfills.saveNames', (tx) => tx.backfills.saveNames('backfill/1', new Map([[-9, 20]]))],
	['backfills.names', (tx) => tx.backfills.names('backfill/1', [7_000_000_000, -9, 5])],
	[
		'deliveries.open',
		(tx) => {
			const more = { priority: 2, syncOrigin: 'backfill', run: 'backfill/1', entityId: 'U1009' };
			return tx.deliveries.open([delivery('b1', more), delivery('b2', more)], START);
		},
	],
	['backfills.postpone', (tx) => tx.backfills.postpone('backfill/1', 10_000_000_000_000)],
	['backfills.deliveries', (tx) => tx.backfills.deliveries('backfill/1')],
	['backfills.withdraw', (tx) => tx.backfills.withdraw('backfill/1', START, 'Cancelled.')],
	['backfills.deliveries', (tx) => tx.backfills.deliveries('backfill/1')],
	['backfills.forget', (tx) => tx.backfills.forget('backfill/1')],
	['backfills.countRows', (tx) => tx.backfills.countRows('backfill/1')],
	['systems.setLoading', (tx) => tx.systems.setLoading(['wealthbox'], true)],
	['systems.get', (tx) => tx.systems.get('wealthbox')],
	['systems.setLoading', (tx) => tx.systems.setLoading(['wealthbox'], false)],
];

export const RUNS: Call[] = [
	['runs.start', (tx) => tx.runs.start('reconcile', 'wealthbox', { seen: 0 }, START)],
	['runs.start', (tx) => tx.runs.start('reconcile', null, null, START)],
	['runs.see', (tx) => tx.runs.see('reconcile/1', ['1', '1', '8'].map(ofWealthbox))],
	['runs.seen', (tx) => tx.runs.seen('reconcile/1', ['1', '2'].map(ofWealthbox))],
	['runs.seeEntities', (tx) => tx.runs.seeEntities('reconcile/1', ['U1001'])],
	['runs.seenEntities', (tx) => tx.runs.seenEntities('reconcile/1', ['U1001', 'U1002'])],
	['runs.saveReport', (tx) => tx.runs.saveReport('reconcile/1', { seen: 2 })],
	['runs.get', (tx) => tx.runs.get('reconcile/1')],
	['runs.running', (tx) => tx.runs.running('reconcile', 'wealthbox')],
	['runs.list', (tx) => tx.runs.list('reconcile', 10)],
	['reconcile.unseen', (tx) => tx.reconcile.unseen(scope, page)],
	['reconcile.linksWithoutShadow', (tx) => tx.reconcile.linksWithoutShadow(wholeScope, page)],
	['reconcile.shadowsWithoutLink', (tx) => tx.reconcile.shadowsWithoutLink(scope, page)],
	['reconcile.unclaimedFlights', (tx) => tx.reconcile.unclaimedFlights(wholeScope, page)],
	['reconcile.strayUpdates', (tx) => tx.reconcile.strayUpdates(wholeScope, page)],
	['reconcile.strayKeys', (tx) => tx.reconcile.strayKeys(scope, page)],
	['reconcile.buried', (tx) => tx.reconcile.buried(['U1001', 'U1002'])],
	['reconcile.deleteShadows', (tx) => tx.reconcile.deleteShadows([contact('8')])],
	['reconcile.deleteKeys', (tx) => tx.reconcile.deleteKeys('wealthbox', 'contact', ['8'])],
	['runs.end', (tx) => tx.runs.end('reconcile/1', 'finished', { seen: 2 }, START + 5)],
	['breakers.save', (tx) => tx.breakers.save('undo/1', 'wealthbox', { creates: 3 } as never)],
	['breakers.save', (tx) => tx.breakers.save('undo/1', 'wealthbox', { creates: 4 } as never)],
	['budgets.put', (tx) => tx.budgets.put('acme', { used: 1 }, START)],
	['budgets.put', (tx) => tx.budgets.put('acme', { used: 2 }, START)],
	['budgets.get', (tx) => tx.budgets.get('acme')],
	['budgets.get', (tx) => tx.budgets.get('other')],
	['breakers.get', (tx) => tx.breakers.get('undo/1', 'wealthbox')],
];
