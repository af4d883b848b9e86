/**
 * One call of every method of every part of the store, in an order that makes each find something.
 * Whoever adds a method adds a call; the test says which is missing.
 */
import type { Register } from '../../../lib/merge/register';
import type { Shadow } from '../../../lib/merge/shadow';
import type { ChangeEvent } from '../../../lib/model/event';
import type { Evidence, Link } from '../../../lib/model/rows';
import type { NeverAgain } from '../../../lib/store/decisions';
import type { NewDelivery } from '../../../lib/store/deliveries';
import type { StoreTransaction } from '../../../lib/store/store';
import { iso, registration, snapshot, START } from '../support/hub';
import { memoryFieldMap } from '../support/memory-connector';

type Call = [method: string, work: (tx: StoreTransaction) => Promise<unknown>];

export const contact = (crmId: string, system = 'wealthbox') => ({
	system,
	object: 'contact',
	crmId,
});
const evidence: Evidence = { by: 'email', score: 0.9, fields: [] };
export const link = (crmId: string, entityId: string, system?: string): Link => ({
	...contact(crmId, system),
	entityId,
	state: 'active',
	evidence,
	recreated: 0,
});
export const event = (crmId: string, eventId: string, system = 'wealthbox'): ChangeEvent =>
	snapshot(system, crmId, { firstName: 'Zoë \u0000 \u{1F600}' }, { eventId });
export const delivery = (target: string, more: Partial<NewDelivery> = {}): NewDelivery => ({
	...contact(target),
	target,
	entityId: 'U1001',
	operation: 'update',
	priority: 0,
	syncOrigin: 'salesforce/contact/9',
	nextAt: START,
	...more,
});
export const register = (value: string): Register =>
	({
		value,
		at: START,
		system: 'wealthbox',
		crmId: '1',
		eventId: 'e1',
		rule: 'lastWriteWins',
	}) as unknown as Register;
export const shadow = (value: string, inFlight?: string): Shadow =>
	({ fields: { firstName: { value, seenAt: START, ...(inFlight && { inFlight }) } } }) as Shadow;
export const question = (...unifiedIds: string[]) => ({
	reason: 'Two look alike.',
	record: { firstName: 'Ada' },
	candidates: unifiedIds.map((unifiedId) => ({ unifiedId, score: 0.8, evidence, fields: {} })),
});
const letter = {
	kind: 'event' as const,
	...contact('1'),
	entityId: 'U1001',
	inboxSeq: 5_000_000_000,
	deliveryId: 5_000_000_001,
	reason: 'It does not fit.',
	code: 'schema',
	payload: { a: [null, 'é'] },
};
const claim = {
	id: 1,
	token: 't1',
	leaseUntil: START + 10,
	changes: { firstName: 'Ada' },
	tried: [{ firstName: 'Eda' }],
	idempotencyKey: 'k1',
};
const page = { after: '', limit: 10 };
const scope = { run: 'reconcile/1', system: 'wealthbox', object: 'contact', whole: false };
const ofWealthbox = (crmId: string) => ({ system: 'wealthbox', object: 'contact', crmId });
const wholeScope = { ...scope, whole: true };

const SYSTEMS: Call[] = [
	['systems.register', (tx) => tx.systems.register(registration('wealthbox', 2), START)],
	['systems.register', (tx) => tx.systems.register(registration('b-one', 1), START)],
	['systems.register', (tx) => tx.systems.register(registration('b_two', 1), START)],
	[
		'systems.register',
		(tx) => tx.systems.register({ ...registration('wealthbox', 2), fieldMap: [] }, START + 1),
	],
	['systems.setReadyAfter', (tx) => tx.systems.setReadyAfter('wealthbox', 5_000_000_000)],
	['systems.setReady', (tx) => tx.systems.setReady('wealthbox', START)],
	['systems.all', (tx) => tx.systems.all()],
	['systems.get', (tx) => tx.systems.get('wealthbox')],
	['systems.moveCursor', (tx) => tx.systems.moveCursor('wealthbox', { at: START }, START)],
	['systems.moveCursor', (tx) => tx.systems.moveCursor('wealthbox', { at: START + 1 }, START)],
	['systems.cursor', (tx) => tx.systems.cursor('wealthbox')],
	['systems.cursor', (tx) => tx.systems.cursor('redtail')],
];

const INBOX: Call[] = [
	[
		'inbox.add',
		(tx) => tx.inbox.add([event('1', 'e1'), event('1', 'e2'), event('2', 'e3')], 'pending', START),
	],
	['inbox.addOwn', (tx) => tx.inbox.addOwn([event('1', 'e1'), event('3', 'e4')], START)],
	['inbox.add', (tx) => tx.inbox.add([event('4', 'e5')], 'review', START, 'Which client?')],
	['recordEvents.waiting', (tx) => tx.recordEvents.waiting([contact('1'), contact('4')])],
	[
		'recordEvents.underWay',
		(tx) => tx.recordEvents.underWay([contact('1'), contact('4')]).then(sorted),
	],
	[
		'recordEvents.lastEvents',
		(tx) => tx.recordEvents.lastEvents([contact('1'), contact('4'), contact('9')]),
	],
	['inbox.due', (tx) => tx.inbox.due('wealthbox', 10, START)],
	['inbox.markEmitted', (tx) => tx.inbox.markEmitted([1, 3], 'b1')],
	['inbox.due', (tx) => tx.inbox.due('wealthbox', 10, START)],
	['inbox.unsettledOf', (tx) => tx.inbox.unsettledOf('b1')],
	['inbox.emitted', (tx) => tx.inbox.emitted('wealthbox')],
	['inbox.postpone', (tx) => tx.inbox.postpone([1], START + 50, 'later')],
	['inbox.hasten', (tx) => tx.inbox.hasten([2, 3], START, 'now')],
	['inbox.due', (tx) => tx.inbox.due('wealthbox', 10, START)],
	['inbox.settle', (tx) => tx.inbox.settle([3], 'applied', START)],
	['inbox.statesOf', (tx) => tx.inbox.statesOf(['e1', 'e2', 'e3', 'e9'])],
	['inbox.get', (tx) => tx.inbox.get(1)],
	['inbox.heldUnder', (tx) => tx.inbox.heldUnder('b1')],
	['inbox.newestTime', (tx) => tx.inbox.newestTime()],
	['recordEvents.inReview', (tx) => tx.recordEvents.inReview(contact('4'))],
	['inbox.release', (tx) => tx.inbox.release([5], START)],
	['inbox.lastSeq', (tx) => tx.inbox.lastSeq('wealthbox').then((seq) => seq >= 5)],
	['inbox.hasUnsettledUpTo', (tx) => tx.inbox.hasUnsettledUpTo('wealthbox', 2)],
	['inbox.countByState', async (tx) => sorted(await tx.inbox.countByState())],
];

const entriesOf = <K, V>(map: ReadonlyMap<K, V>) => [...map];

const IDENTITY: Call[] = [
	['identity.lastNumber', (tx) => tx.identity.lastNumber()],
	[
		'identity.addEntities',
		(tx) =>
			tx.identity.addEntities(
				[1, 2, 3].map((number) => ({ number, createdBy: 'e1' })),
				START,
			),
	],
	['identity.lastNumber', (tx) => tx.identity.lastNumber()],
	[
		'identity.saveLinks',
		(tx) => tx.identity.saveLinks([link('1', 'U1001'), link('2', 'U1002')], START),
	],
	['identity.saveLinks', (tx) => tx.identity.saveLinks([link('1', 'U1002')], START + 1)],
	['identity.links', (tx) => tx.identity.links([contact('1'), contact('9')])],
	['identity.linksOf', (tx) => tx.identity.linksOf(['U1002'])],
	['identity.existing', (tx) => tx.identity.existing(['U1001', 'U9'])],
	['identity.page', (tx) => tx.identity.page('U1001', 10)],
	[
		'identityKeys.replaceKeys',
		(tx) =>
			tx.identityKeys.replaceKeys([
				{ ...contact('1'), entityId: 'U1001', keys: ['external:acc:7', 'email:a@b.c', 'name:É'] },
			]),
	],
	[
		'identityKeys.replaceKeys',
		(tx) =>
			tx.identityKeys.replaceKeys([
				{ ...contact('1'), entityId: 'U1001', keys: ['email:d@b.c'], keepExternal: true },
			]),
	],
	[
		'identityKeys.ownersOf',
		(tx) => tx.identityKeys.ownersOf(['email:a@b.c', 'email:d@b.c', 'external:acc:7']),
	],
	['identityKeys.externalKeysOf', (tx) => tx.identityKeys.externalKeysOf(['U1001'])],
	[
		'blocks.add',
		(tx) =>
			tx.blocks.add([
				{ hash: 9_007_199_254_740_991, record: 7, entity: 1 },
				{ hash: 5, record: 7, entity: 1 },
				{ hash: 5, record: 8, entity: 1 },
				{ hash: 5, record: 9, entity: 1 },
			]),
	],
	['blocks.add', (tx) => tx.blocks.add([{ hash: 5, record: 8, entity: 2 }])],
	['blocks.remove', (tx) => tx.blocks.remove([{ hash: 5, record: 7 }])],
	['blocks.find', (tx) => tx.blocks.find([5, 9_007_199_254_740_991, 6], 10).then(entriesOf)],
	['blocks.find', (tx) => tx.blocks.find([5], 1).then(entriesOf)],
	['blocks.count', (tx) => tx.blocks.count(new Map([[5, 2]]))],
	['blocks.count', (tx) => tx.blocks.count(new Map([[5, 1]]))],
	['blocks.counts', (tx) => tx.blocks.counts([5, 6]).then(entriesOf)],
	['settings.save', (tx) => tx.settings.save('a', { b: [1] }, START)],
	['settings.save', (tx) => tx.settings.save('a', { b: [2] }, START + 1)],
	['settings.get', (tx) => tx.settings.get('a')],
	['settings.remove', (tx) => tx.settings.remove('a')],
	['settings.get', (tx) => tx.settings.get('a')],
];

const VALUES: Call[] = [
	[
		'registers.saveRegisters',
		(tx) =>
			tx.registers.saveRegisters([
				{ entityId: 'U1001', field: 'firstName', register: register('Ada') },
			]),
	],
	[
		'registers.saveRegisters',
		(tx) =>
			tx.registers.saveRegisters([
				{ entityId: 'U1001', field: 'firstName', register: register('Ida') },
			]),
	],
	[
		'registers.registersOf',
		(tx) => tx.registers.registersOf(new Map([['U1001', new Set(['firstName', 'status'])]])),
	],
	['registers.registers', (tx) => tx.registers.registers(['U1001', 'U1002'])],
	[
		'registers.saveShadows',
		(tx) =>
			tx.registers.saveShadows(
				[
					{ ...contact('1'), shadow: shadow('Ada', 'Ida') },
					{ ...contact('8'), shadow: shadow('Eve') },
				],
				START,
			),
	],
	['registers.shadows', (tx) => tx.registers.shadows([contact('1'), contact('9')])],
	[
		'registers.partsOfShadows',
		(tx) => {
			const fields = new Set(['firstName']);
			return tx.registers.partsOfShadows([
				{ ...contact('1'), fields },
				{ ...contact('9'), fields },
			]);
		},
	],
	['identity.known', (tx) => tx.identity.known('wealthbox', 'contact', ['1', '9'])],
];

const DELIVERIES: Call[] = [
	[
		'deliveries.open',
		(tx) =>
			tx.deliveries.open(
				[
					delivery('1', { run: 'undo/1' }),
					delivery('2', { entityId: 'U1002', priority: 2 }),
					delivery('new:U1003', {
						crmId: null,
						entityId: 'U1003',
						operation: 'create',
						priority: 1,
					}),
					delivery('4', { entityId: 'U1002', state: 'held', run: 'reconcile/1' }),
				],
				START,
			),
	],
	['deliveries.aliveOf', (tx) => tx.deliveries.aliveOf(['U1001', 'U1002'])],
	['pushes.see', (tx) => tx.pushes.see({ system: 'wealthbox', id: 'call-1', until: START + 1 })],
	['pushes.see', (tx) => tx.pushes.see({ system: 'wealthbox', id: 'call-1', until: START + 1 })],
	['pushes.seen', (tx) => tx.pushes.seen('wealthbox')],
	['pushes.forgetSeen', (tx) => tx.pushes.forgetSeen(START + 2)],
	['pushes.addHint', (tx) => tx.pushes.addHint('wealthbox', ['1', '2'], START)],
	['pushes.addHint', (tx) => tx.pushes.addHint('wealthbox', [], START)],
	['pushes.takeHints', (tx) => tx.pushes.takeHints('wealthbox')],
	[
		'pushes.count',
		(tx) => tx.pushes.count([{ system: 'wealthbox', outcome: 'forged', calls: 2, lastAt: START }]),
	],
	['pushes.counts', (tx) => tx.pushes.counts()],
	['deliveries.due', (tx) => tx.deliveries.due(10, START)],
	['deliveries.due', (tx) => tx.deliveries.due(10, START, 'wealthbox')],
	['deliveries.due', (tx) => tx.deliveries.due(10, START, 'wealthbox', [0, 1])],
	['deliveries.claim', (tx) => tx.deliveries.claim(claim)],
	['deliveries.claim', (tx) => tx.deliveries.claim({ ...claim, id: 3, token: 't3', tried: [] })],
	['deliveries.extendLeases', (tx) => tx.deliveries.extendLeases(['t1'], START + 20)],
	['deliveries.stillClaimed', (tx) => tx.deliveries.stillClaimed(['t1', 't3', 't9'])],
	['deliveries.releaseExpired', (tx) => tx.deliveries.releaseExpired(START + 15)],
	['deliveries.createsTried', (tx) => tx.deliveries.createsTried('wealthbox')],
	[
		'deliveries.reopen',
		(tx) =>
			tx.deliveries.reopen(1, { nextAt: START + 5, priority: 1, reason: 'busy', code: '503' }),
	],
	['deliveries.hurry', (tx) => tx.deliveries.hurry([1], 0, START)],
	['deliveries.lookAgain', (tx) => tx.deliveries.lookAgain([1])],
	['deliveries.retarget', (tx) => tx.deliveries.retarget(3, '77')],
	['deliveries.settle', (tx) => tx.deliveries.settle([2], 'superseded', START, 'It agrees.', 'ok')],
	['deliveries.held', (tx) => tx.deliveries.held('wealthbox', 'reconcile/1')],
	['deliveries.held', (tx) => tx.deliveries.held('wealthbox', null)],
	['deliveries.letGo', (tx) => tx.deliveries.letGo([4], START)],
	['deliveries.byIds', (tx) => tx.deliveries.byIds([1, 2, 3, 4])],
	['deliveries.countByState', async (tx) => sorted(await tx.deliveries.countByState())],
];

const TRAIL: Call[] = [
	[
		'audit.append',
		(tx) =>
			tx.audit.append([
				{ at: START, kind: 'entity', entityId: 'U1001' },
				{
					at: START,
					kind: 'change',
					entityId: 'U1001',
					field: 'firstName',
					...contact('1'),
					eventId: 'e1',
					deliveryId: 5_000_000_000,
					before: null,
					after: 'Zoë \u0000',
					rule: 'lastWriteWins',
					editedAt: START,
					register: register('Ada'),
					detail: { why: ['x'] },
					run: 'undo/1',
				},
			]),
	],
	['audit.find', (tx) => tx.audit.find({ entityId: 'U1001', field: 'firstName', limit: 5 })],
	['audit.find', (tx) => tx.audit.find({ kinds: ['entity'], eventId: 'e1', before: 2, limit: 5 })],
	['audit.walk', (tx) => tx.audit.walk({ entityId: 'U1001', run: 'undo/1', after: 0, limit: 5 })],
	['audit.get', (tx) => tx.audit.get(2)],
	['audit.rawPage', (tx) => tx.audit.rawPage(0, 10)],
	['history.eventsOf', (tx) => tx.history.eventsOf([contact('1')], 10)],
];

const DESK: Call[] = [
	[
		'reviews.open',
		(tx) =>
			tx.reviews.open(
				{ kind: 'identity', ...contact('4'), state: 'open', question: question('U1001', 'U1002') },
				START,
			),
	],
	[
		'reviews.open',
		(tx) =>
			tx.reviews.open(
				{
					kind: 'value',
					...contact('1'),
					entityId: 'U1001',
					field: 'status',
					state: 'open',
					question: question(),
				},
				START,
			),
	],
	[
		'reviews.log',
		(tx) =>
			tx.reviews.log(
				[{ kind: 'new-entity', ...contact('5'), state: 'logged', question: question() }],
				START,
			),
	],
	['reviews.awaited', async (tx) => sorted(await tx.reviews.awaited(['U1001', 'U1002', 'U1003']))],
	['reviews.openFor', (tx) => tx.reviews.openFor([contact('4'), contact('5')])],
	['reviews.questions', (tx) => tx.reviews.questions(['U1001'])],
	['reviews.asked', (tx) => tx.reviews.asked(['U1001'])],
	['reviews.openOf', (tx) => tx.reviews.openOf(['U1001'], ['value', 'removal'])],
	[
		'reviews.replaceQuestion',
		(tx) => tx.reviews.replaceQuestion(2, contact('2'), question('U1002')),
	],
	['reviews.decide', (tx) => tx.reviews.decide(1, { verdict: 'link', unifiedId: 'U1001' }, START)],
	['reviews.get', (tx) => tx.reviews.get(1)],
	['reviews.get', (tx) => tx.reviews.get(99)],
	['reviews.list', (tx) => tx.reviews.list(undefined, 10)],
	['reviews.list', (tx) => tx.reviews.list('open', 10)],
	['reviews.reopen', (tx) => tx.reviews.reopen(1, question('U1002', 'U1003'), 'U1003')],
	['reviews.postpone', (tx) => tx.reviews.postpone(1, START + 5)],
	['reviews.list', (tx) => tx.reviews.list('open', 10, START)],
	['reviews.ignore', (tx) => tx.reviews.ignore(1, { verdict: 'ignore', by: 'Eve' }, START)],
	['reviews.get', (tx) => tx.reviews.get(1)],
	['deadLetters.add', (tx) => tx.deadLetters.add([letter, { ...letter, payload: null }], START)],
	[
		'deadLetters.add',
		(tx) => tx.deadLetters.add([{ ...letter, kind: 'delivery', crmId: null }], START),
	],
	['deliveries.deadCreates', (tx) => tx.deliveries.deadCreates(10)],
	['deliveries.deadCreates', (tx) => tx.deliveries.deadCreates(10, ['U1001'])],
	['deadLetters.close', (tx) => tx.deadLetters.close(1, 'retried', START)],
	['deadLetters.get', (tx) => tx.deadLetters.get(1)],
	['deadLetters.list', (tx) => tx.deadLetters.list('open', 10)],
	['deadLetters.list', (tx) => tx.deadLetters.list(undefined, 10)],
	[
		'pauses.add',
		(tx) => tx.pauses.add({ system: 'b-one', object: null, crmId: null }, START, 'Eve'),
	],
	['pauses.add', (tx) => tx.pauses.add(contact('1'), START)],
	['pauses.add', (tx) => tx.pauses.add(contact('1'), START)],
	['pauses.list', (tx) => tx.pauses.list()],
	['inbox.due', (tx) => tx.inbox.due('wealthbox', 10, START + 99)],
	['pauses.remove', (tx) => tx.pauses.remove(contact('1'))],
	['pauses.remove', (tx) => tx.pauses.remove(contact('1'))],
	[
		'reviews.openAll',
		(tx) =>
			tx.reviews.openAll(
				['6', '7'].map((id) => ({
					kind: 'identity',
					...contact(id),
					state: 'open',
					question: question('U1001', 'U1002'),
				})),
				START,
			),
	],
	['reviews.openFor', (tx) => tx.reviews.openFor([contact('6'), contact('7')])],
];

const loading = { run: 'backfill/1', system: 'wealthbox', pass: 2 };
const staged = (crmId: string, more: { event: unknown; reason?: string }) => ({
	...{ object: 'contact', crmId },
	...more,
});
const BACKFILLS: Call[] = [
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

const RUNS: Call[] = [
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

const ENTITIES: Call[] = [
	['entities.saveDeparture', (tx) => tx.entities.saveDeparture('U1002', { at: 1 } as never)],
	['entities.saveRefused', (tx) => tx.entities.saveRefused('U1003', { 'wealthbox/1': 'f' })],
	['entities.standing', async (tx) => tx.entities.standing(['U1001', 'U1002', 'U1003'])],
	['entities.becomePart', (tx) => tx.entities.becomePart('U1002', 'U1001')],
	['entities.moveDeliveries', (tx) => tx.entities.moveDeliveries([2], 'U1001')],
	['entities.deadCreates', (tx) => tx.entities.deadCreates('U1003')],
	['entities.aliases', (tx) => tx.entities.aliases(['U1001', 'U1002'])],
	['entities.current', (tx) => tx.entities.current('U1002')],
	['history.mergedInto', (tx) => tx.history.mergedInto('U1001')],
	['identity.linksOf', (tx) => tx.identity.linksOf(['U1001'])],
	['identity.recordsOf', (tx) => tx.identity.recordsOf(['U1001'])],
];

const said: NeverAgain = {
	...contact('1'),
	entityId: 'U1002',
	saidOf: 'U1001',
	reviewId: 5_000_000_000,
	by: 'Zoë',
	at: START,
};

const WHO: Call[] = [
	['decisions.add', (tx) => tx.decisions.add([said, { ...said, entityId: 'U1003', by: null }])],
	['decisions.add', (tx) => tx.decisions.add([{ ...said, by: 'Eve' }])],
	['decisions.neverAgain', (tx) => tx.decisions.neverAgain([contact('1'), contact('9')])],
	['decisions.of', (tx) => tx.decisions.of(['U1002', 'U1003', 'U9'])],
	['decisions.remove', (tx) => tx.decisions.remove([{ ...said, entityId: 'U1003' }])],
	['decisions.of', (tx) => tx.decisions.of(['U1002', 'U1003'])],
	['decisions.forget', (tx) => tx.decisions.forget(5_000_000_000)],
	['decisions.of', async (tx) => (await tx.decisions.of(['U1002'])).length],
	['separation.setPartOf', (tx) => tx.separation.setPartOf(['U1003'], 'U1001')],
	['separation.aliasesOf', (tx) => tx.separation.aliasesOf('U1001')],
	['separation.setPartOf', (tx) => tx.separation.setPartOf(['U1003'], null)],
	['separation.aliasesOf', async (tx) => (await tx.separation.aliasesOf('U1001')).length],
	['separation.moveRecords', (tx) => tx.separation.moveRecords([contact('1')], 'U1003')],
	['separation.deliveriesOf', (tx) => tx.separation.deliveriesOf('U1001', [contact('1')])],
	[
		'separation.addCandidate',
		async (tx) => {
			const review = await tx.reviews.get(1);
			if (review !== undefined) await tx.separation.addCandidate(review, 'U1003');
		},
	],
	['separation.reviewsNaming', (tx) => tx.separation.reviewsNaming('U1003')],
	['separation.moveReviews', (tx) => tx.separation.moveReviews([1], 'U1002')],
	['reviews.get', (tx) => tx.reviews.get(1)],
	['registers.dropRegisters', (tx) => tx.registers.dropRegisters('U1001', ['firstName'])],
	['registers.registers', async (tx) => (await tx.registers.registers(['U1001'])).get('U1001')],
];

const BIG = 2 ** 52;
const block = (hash: number, record: number, entity: number) => ({ hash, record, entity });

const INDEX: Call[] = [
	['blocks.add', (tx) => tx.blocks.add([block(BIG, 1, 1), block(BIG, 2, 2), block(7, 1, 1)])],
	['blocks.add', (tx) => tx.blocks.add([block(BIG, 2, 3)])],
	['blocks.find', async (tx) => [...(await tx.blocks.find([BIG, 7, 8], 10))]],
	['blocks.remove', (tx) => tx.blocks.remove([{ hash: BIG, record: 1 }])],
	['blocks.find', async (tx) => [...(await tx.blocks.find([BIG], 1))]],
	['blocks.count', (tx) => tx.blocks.count(new Map([[BIG, 2]]))],
	['blocks.count', (tx) => tx.blocks.count(new Map([[BIG, 3]]))],
	['blocks.counts', async (tx) => [...(await tx.blocks.counts([BIG, 9]))]],
	['settings.save', (tx) => tx.settings.save('weights', { emails: 11.5 }, START)],
	['settings.save', (tx) => tx.settings.save('weights', { emails: 12 }, START)],
	['settings.get', (tx) => tx.settings.get('weights')],
	['settings.remove', (tx) => tx.settings.remove('weights')],
	['settings.get', (tx) => tx.settings.get('weights')],
	['quality.records', (tx) => tx.quality.records('wealthbox', '', 10)],
	['quality.duplicateReviews', (tx) => tx.quality.duplicateReviews('wealthbox')],
];

const note = { system: 'wealthbox', object: 'note', crmId: 'n1' };
const named = { refObject: 'contact' as const, refCrmId: 'nobody', inboxSeq: null };
const times = { editedAt: iso(START), readAt: iso(START), receivedAt: iso(START) };
const missing = { ...note, field: 'client', eventId: 'note-1', ...named, ...times };

const REFERENCES: Call[] = [
	['references.await', (tx) => tx.references.await([missing])],
	['references.await', (tx) => tx.references.await([{ ...missing, eventId: 'note-2' }])],
	['references.found', (tx) => tx.references.found(10)],
	['references.forget', (tx) => tx.references.forget([missing])],
	['references.referrers', (tx) => tx.references.referrers(['U1001', 'U1002'], 10)],
	['references.naming', (tx) => tx.references.naming('client', ['U1001', 'U1002'], 10)],
	['references.targets', (tx) => tx.references.targets(['U1001', 'U1002'])],
	['references.becomePart', (tx) => tx.references.becomePart('U1002', 'U1001')],
];

const asContact = { system: 'wealthbox', object: 'contact' } as const;
const crmField = {
	name: 'a',
	label: 'A',
	type: 'string',
	readOnly: false,
	required: false,
} as const;
const field = { ...crmField, custom: true };
const heldField = { object: 'contact', field: 'custom.a', crmField: 'a', side: 'both' } as const;
const schemaRow = {
	...asContact,
	schema: { accepted: [field], current: [field], lost: { a: ['x'] }, seenAt: START },
	drifts: [],
	pending: { compare: ['custom.a'], read: [] },
};

const MAPPINGS: Call[] = [
	['mappings.given', (tx) => tx.mappings.given('wealthbox', [], START)],
	['mappings.given', (tx) => tx.mappings.given('wealthbox', memoryFieldMap, START + 1)],
	[
		'mappings.add',
		(tx) => tx.mappings.add({ ...asContact, map: [], origin: 'desk', note: 'é' }, START + 2),
	],
	['mappings.newest', (tx) => tx.mappings.newest('wealthbox', 'contact')],
	['mappings.newest', (tx) => tx.mappings.newest('wealthbox', 'contact', 'panel')],
	['mappings.panelMap', (tx) => tx.mappings.panelMap('wealthbox', 'contact')],
	['mappings.get', (tx) => tx.mappings.get('wealthbox', 'contact', 1)],
	['mappings.list', (tx) => tx.mappings.list('wealthbox', 'contact', 2)],
	['mappings.putInForce', (tx) => tx.mappings.putInForce('wealthbox', memoryFieldMap)],
	['mappings.putInForce', (tx) => tx.mappings.putInForce('wealthbox', memoryFieldMap)],
	['mappings.saveHolds', (tx) => tx.mappings.saveHolds('wealthbox', [heldField])],
	['systems.get', (tx) => tx.systems.get('wealthbox')],
	['mappings.saveHolds', (tx) => tx.mappings.saveHolds('wealthbox', [])],
	['mappings.saveSchema', (tx) => tx.mappings.saveSchema(schemaRow)],
	['mappings.saveSchema', (tx) => tx.mappings.saveSchema(schemaRow)],
	['mappings.schemas', (tx) => tx.mappings.schemas()],
	['mappings.schemas', (tx) => tx.mappings.schemas('wealthbox')],
	[
		'registers.saveShadows',
		(tx) =>
			tx.registers.saveShadows([{ ...contact('m1'), shadow: shadow('Ada') }], 9_999_999_999_999),
	],
	['mappings.samples', (tx) => tx.mappings.samples('wealthbox', 'contact', 1)],
	['mappings.forget', (tx) => tx.mappings.forget('wealthbox', 'contact', ['firstName'])],
	['mappings.forget', (tx) => tx.mappings.forget('wealthbox', 'contact', ['firstName'])],
];

export const CALLS: Call[] = [
	...SYSTEMS,
	...INBOX,
	...IDENTITY,
	...VALUES,
	...DELIVERIES,
	...TRAIL,
	...DESK,
	...RUNS,
	...BACKFILLS,
	...ENTITIES,
	...WHO,
	...INDEX,
	...REFERENCES,
	...MAPPINGS,
];

/** Of answers whose order nobody asked for. */
export function sorted<T>(rows: readonly T[]): T[] {
	return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
