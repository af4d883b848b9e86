/** What-if: random pasts merged once more under other rules. */
import fc from 'fast-check';
import type { CanonicalFields } from '../model/fields';
import { TestHub } from '../../test/unit/support/hub';
import {
	CLIENTS,
	expectSame,
	IDS,
	live,
	past,
	RUNS,
	SYSTEMS,
	valuesOf,
} from '../../test/unit/support/past';
import { tinyConnector, TinyCrms } from '../../test/unit/support/tiny-crms';

describe('what-if', () => {
	test('under the rules that held it finds what is', async () => {
		await fc.assert(
			fc.asyncProperty(past, async (steps) => {
				const crms = await live(steps);
				await crms.settle();
				const { history } = crms.hub.fabric;
				for (const id of IDS) {
					const answer = await history.whatIf(id, []);
					expect(answer.fields.filter(({ differs }) => differs)).toEqual([]);
					expect(await history.whatIf(id, [])).toEqual(answer);
				}
				await crms.hub.close();
			}),
			RUNS,
		);
	});

	const onlyFrom = (field: string, name: string) =>
		({ field, policy: 'onlyFrom', system: name, emptyNeverOverwrites: true }) as const;

	test('it finds the very registers that such rules would have made', async () => {
		const rules = [onlyFrom('jobTitle', 'redtail'), onlyFrom('emails', 'wealthbox')];
		let other = 0;
		const edits = past.map((steps) => steps.flatMap((one) => (one.do === 'edit' ? [one] : [])));
		await fc.assert(
			fc.asyncProperty(edits, async (steps) => {
				// People edit, and nothing is written back: so both pasts see the same edits.
				const [plainWay, ruled] = await Promise.all(
					[[], rules].map(async (own) => {
						const crms = new TinyCrms(await TestHub.open(SYSTEMS, {}, tinyConnector), SYSTEMS, own);
						for (const name of SYSTEMS) crms.enter(name, `${name}-1`, CLIENTS[0] ?? {});
						for (const name of SYSTEMS) await crms.read(name);
						for (const one of steps) {
							crms.hub.now += 1_000;
							crms.edit(one.system, `${one.system}-1`, one.fields);
							await crms.read(one.system);
						}
						return crms;
					}),
				);
				const wanted = (await valuesOf(ruled as TinyCrms)).get('U1001');
				const answer = await (plainWay as TinyCrms).hub.fabric.history.whatIf('U1001', rules);
				const then = answer.fields.map(({ field, then: value }) => [field, value] as const);
				expectSame(Object.fromEntries(then) as CanonicalFields, wanted);
				other += answer.fields.filter(({ differs }) => differs).length;
				await plainWay?.hub.close();
				await ruled?.hub.close();
			}),
			RUNS,
		);
		expect(other).toBeGreaterThan(3);
	});

	test('it names the decisions that would have ended otherwise, and changes nothing', async () => {
		const crms = await live([]);
		const { hub } = crms;
		crms.edit('redtail', 'redtail-U1001', { jobTitle: 'CEO' });
		await crms.settle();
		const rows = await hub.fabric.desk.audit({ limit: 1_000 });
		const answer = await hub.fabric.history.whatIf('U1001', [onlyFrom('jobTitle', 'salesforce')]);
		const title = answer.fields.find(({ field }) => field === 'jobTitle');
		expect(title).toMatchObject({ now: 'CEO', then: undefined, differs: true });
		expect(title?.decisions).toMatchObject([
			{ system: 'redtail', offered: 'CEO', now: { verdict: 'change' }, then: { verdict: 'lost' } },
		]);
		expect(answer.notes).toEqual([]);
		expect(await hub.fabric.desk.audit({ limit: 1_000 })).toEqual(rows);
		await expect(hub.fabric.history.whatIf('U9', [])).rejects.toThrow('There is no client U9');
		await hub.close();
	});
});
