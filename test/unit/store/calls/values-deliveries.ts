/** Registers and shadows, what is to be written, and the audit trail. See ../calls.ts. */
import { START } from '../../support/hub';
import { contact, delivery, register, shadow, sorted, type Call } from './samples';

const claim = {
	id: 1,
	token: 't1',
	leaseUntil: START + 10,
	changes: { firstName: 'Ada' },
	tried: [{ firstName: 'Eda' }],
	idempotencyKey: 'k1',
};

export const VALUES: Call[] = [
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

export const DELIVERIES: Call[] = [
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

export const TRAIL: Call[] = [
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
