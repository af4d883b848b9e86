import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { closeFabrics, DEFAULT_THRESHOLDS, type CanonicalFields, type Fabric } from '../../../lib';
import { evidenceOf } from '../../../lib/identity/bands';
import { foldProfile } from '../../../lib/identity/compare/fold-profile';
import { DEFAULT_MATCH_OPTIONS, match } from '../../../lib/identity/match';
import { DEFAULT_RULE_OPTIONS } from '../../../lib/identity/rules';
import { IdentityResolve } from '../../../nodes/IdentityResolve/IdentityResolve.node';
import { thresholdProperties } from '../../../nodes/IdentityResolve/properties';
import { fabricWith, JANE, JANE_MAIL, snapshot } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

const PARAMETERS = { linkThreshold: 0.95, reviewThreshold: 0.1, otherTaxId: 'review' };

describe('Identity Resolve', () => {
	let path: string;
	let fabric: Fabric;

	beforeEach(async () => {
		path = freshStorePath();
		fabric = await fabricWith(path, 'wealthbox', 'redtail');
	});
	afterEach(closeFabrics);

	async function run(items: IDataObject[], options: Partial<NodeRun> = {}) {
		const made = nodeContext({ parameters: PARAMETERS, items, storePath: path, ...options });
		const [resolved = [], inReview = []] = await new IdentityResolve().execute.call(made.context);
		return { resolved, inReview, hints: made.hints };
	}

	it('links records of one client and keeps the item, its place and the evidence', async () => {
		const items = [
			{ ...snapshot('wealthbox', '1', JANE_MAIL), note: 'from a Set node' },
			{ ...snapshot('redtail', '2', JANE_MAIL), editedAt: '2026-11-22T08:00:01.000Z' },
		];
		const { resolved, inReview } = await run(items);
		expect(inReview).toEqual([]);
		expect(resolved.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(resolved[0]?.json).toMatchObject({
			eventId: 'wealthbox:1:0',
			note: 'from a Set node',
			externalKeys: {},
			identity: { decision: 'created' },
		});
		expect(resolved[1]?.json.unifiedId).toBe(resolved[0]?.json.unifiedId);
		expect(resolved[1]?.json.identity).toMatchObject({
			decision: 'linked',
			evidence: { by: 'email' },
		});
	});

	it('answers the same when the execution is repeated', async () => {
		const items = [snapshot('wealthbox', '1', JANE_MAIL), snapshot('redtail', '2', JANE_MAIL)];
		const first = await run(items);
		const second = await run(items);
		const ids = ({ resolved }: typeof first) => resolved.map(({ json }) => json.unifiedId);
		expect(ids(second)).toEqual(ids(first));
	});

	it('puts what a person must decide on the second output, and says where', async () => {
		const items = [
			snapshot('wealthbox', '1', JANE_MAIL),
			{
				...snapshot('redtail', '2', { ...JANE, firstName: 'Robert', emails: JANE_MAIL.emails }),
				editedAt: '2026-11-22T08:00:01.000Z',
			},
		];
		const { resolved, inReview, hints } = await run(items);
		expect(resolved).toHaveLength(1);
		expect(inReview).toEqual([
			expect.objectContaining({
				pairedItem: { item: 1 },
				json: expect.objectContaining({
					unifiedId: null,
					identity: expect.objectContaining({ decision: 'review', reviewId: expect.any(Number) }),
				}),
			}),
		]);
		expect(hints[0]?.message).toContain('resource Review');
	});

	it.each([
		[0.95, 0],
		[1, 1],
	])('lets the panel decide how sure is sure: %s', async (linkThreshold, asked) => {
		const items = [snapshot('wealthbox', '1', JANE_MAIL), snapshot('redtail', '2', JANE_MAIL)];
		const { inReview } = await run(items, { parameters: { ...PARAMETERS, linkThreshold } });
		expect(inReview).toHaveLength(asked);
	});

	it.each([
		['review', 1],
		['weigh', 0],
	])('asks about another tax id, or only weighs it: %s', async (otherTaxId, asked) => {
		const born = { ...JANE_MAIL, birthDate: '1961-05-04' };
		const items = [
			snapshot('wealthbox', '1', { ...born, taxId: '123-45-6789' }),
			snapshot('redtail', '2', { ...born, taxId: '987-65-4320' }),
		];
		const { inReview } = await run(items, { parameters: { ...PARAMETERS, otherTaxId } });
		expect(inReview).toHaveLength(asked);
	});

	it('sends deletes of records that were never linked on, so that they are settled', async () => {
		const event = { ...snapshot('wealthbox', '9', {}), change: 'delete' };
		const { resolved } = await run([event]);
		expect(resolved[0]?.json).toMatchObject({ unifiedId: null, identity: { decision: 'none' } });
	});

	it('refuses thresholds that contradict each other', async () => {
		const parameters = { linkThreshold: 0.4, reviewThreshold: 0.5 };
		await expect(run([], { parameters })).rejects.toThrow(/'Review Threshold' \(0.5\) is above/);
	});

	it('says in the panel what the library takes by default', () => {
		const defaults = thresholdProperties.map((property) => property.default);
		const { link, review } = DEFAULT_THRESHOLDS;
		expect(defaults).toEqual([link, review, 'hold', DEFAULT_RULE_OPTIONS.otherTaxId]);
	});

	it('names in its hint the scores that the library gives', () => {
		const record = { fields: JANE_MAIL as CanonicalFields, externalKeys: {} };
		const nameless = { fields: { emails: JANE_MAIL.emails }, externalKeys: {} };
		const [one, other] = [foldProfile(record), foldProfile(nameless)];
		const both = evidenceOf(match(one, one, DEFAULT_MATCH_OPTIONS)).score;
		const alone = evidenceOf(match(one, other, DEFAULT_MATCH_OPTIONS)).score;
		expect(thresholdProperties[0]?.hint).toContain(
			`The same e-mail and name score ${both}, the same e-mail alone ${alone}.`,
		);
	});

	describe('an item that is no change event any more', () => {
		const good = snapshot('wealthbox', '1', JANE_MAIL);
		const broken = { ...snapshot('wealthbox', '2', JANE_MAIL), change: 'changed', readAt: 'today' };

		async function acceptBoth() {
			const events = [good, { ...broken, ...snapshot('wealthbox', '2', JANE_MAIL) }];
			const batch = { events, cursor: null, complete: false };
			await fabric.accept('wealthbox', batch as unknown as Parameters<Fabric['accept']>[1]);
			await fabric.nextEvents('wealthbox', 10);
		}

		it('becomes a dead letter, the good ones are handled, and the error names it', async () => {
			await acceptBoth();
			const failure: unknown = await run([good, broken]).catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(NodeOperationError);
			const { message, description, context } = failure as NodeOperationError;
			expect(message).toMatch(/does not fit a change event: change .*\[item 1\]/);
			expect(description).toContain('resource Dead Letter, operation Retry');
			expect(context.itemIndex).toBe(1);
			expect(await fabric.desk.findEntity('wealthbox', '1')).toBeDefined();
			const letters = await fabric.desk.deadLetters('open', 10);
			expect(letters).toEqual([expect.objectContaining({ system: 'wealthbox', crmId: '2' })]);
		});

		it('goes to the error output where the node is set to continue', async () => {
			await acceptBoth();
			const { resolved } = await run([broken, good], { continueOnFail: true });
			expect(resolved.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, { item: 0 }]);
			expect(resolved[1]?.error).toBeInstanceOf(NodeOperationError);
			expect(await fabric.desk.deadLetters('open', 10)).toHaveLength(1);
		});

		it('that no inbox knows is said to be lost', async () => {
			const failure = await run([{ hello: 'world' }]).catch((error: unknown) => error);
			expect((failure as NodeOperationError).description).toContain('nothing is kept');
			expect(await fabric.desk.deadLetters('open', 10)).toEqual([]);
		});
	});
});
