/** What waits for a person: reviews, dead letters, pauses. See ../calls.ts. */
import { START } from '../../support/hub';
import { contact, question, sorted, type Call } from './samples';

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

export const DESK: Call[] = [
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
