/** Registered systems, their cursors, and the inbox. See ../calls.ts. */
import { registration, START } from '../../support/hub';
import { contact, event, sorted, type Call } from './samples';

export const SYSTEMS: Call[] = [
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

export const INBOX: Call[] = [
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
