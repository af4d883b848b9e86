/** Entities, links and keys; who may be whom; the index of candidates. See ../calls.ts. */
import type { NeverAgain } from '../../../../lib/store/decisions';
import { START } from '../../support/hub';
import { contact, link, type Call } from './samples';

const entriesOf = <K, V>(map: ReadonlyMap<K, V>) => [...map];

export const IDENTITY: Call[] = [
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

export const ENTITIES: Call[] = [
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

export const WHO: Call[] = [
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

export const INDEX: Call[] = [
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
