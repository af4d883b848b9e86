/** Person accounts against the simulator over HTTP: what the change source tells of them. */
import { salesforce } from '../../../lib/connectors/salesforce';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { Json } from '../../../lib/connectors/connector';
import { running, until, watch } from './world';
import {
	world,
	setUp,
	rest,
	deliver,
	confirmed,
	existing,
	accountOf,
	close,
} from './persons-world';

afterEach(close);

describe.each([false, true])(
	'changes, with the account’s phone at the contact: %s',
	(onContact) => {
		const begin = async (settings: Record<string, Json> = {}) => {
			await setUp(settings, { accountPhoneOnContact: onContact });
			const { crmId, known } = await existing();
			const watched = watch(world, { known: [crmId] });
			await running(watched);
			return { crmId, known, watched, last: () => watched.of(crmId).at(-1) };
		};

		test('an edit of a field that only the account has is told', async () => {
			const { crmId, last } = await begin();
			const phones = [{ number: '(207) 555-0177', kind: 'work', primary: true }];
			world.sim.people.edit(crmId, { phones });
			await until(() => last() !== undefined, 'the edit');
			expect(last()?.fields).toMatchObject({
				phones: [{ number: '(207) 555-0177', ref: 'Phone' }],
			});
			await rest().update('Account', { Id: await accountOf(crmId), Description: 'Moved.' });
			await until(() => last()?.fields['background'] === 'Moved.', 'the edit of the text');
		});

		test('new ones, edits, deletes and undeletes are told of the contact', async () => {
			const { crmId, watched, last } = await begin();
			const { id } = world.sim.people.create({
				...{ firstName: 'Ben', lastName: 'Hollis', jobTitle: 'Builder' },
				phones: [{ number: '(207) 555-0102', kind: 'work', primary: true }],
			});
			await until(() => watched.of(id).length > 0, 'the new one');
			expect(watched.of(id)[0]).toMatchObject({
				...{ object: 'contact', kind: 'snapshot' },
				fields: { jobTitle: 'Builder', phones: [{ number: '(207) 555-0102' }] },
			});
			world.sim.people.edit(crmId, { jobTitle: 'Painter' });
			await until(() => last()?.fields['jobTitle'] === 'Painter', 'the edit');
			expect(last()?.kind).toBe('delta');
			world.sim.people.remove(crmId);
			await until(() => last()?.change === 'delete', 'the delete');
			world.sim.people.undelete(crmId);
			await until(() => last()?.change === 'undelete', 'the undelete');
			expect(last()?.fields).toMatchObject({ phones: [{ number: '+12075550101' }] });
			expect(watched.events().map(({ crmId: of }) => of.slice(0, 3))).not.toContain('001');
		});

		test('our own write comes back as what is known', async () => {
			const { crmId, known, last } = await begin();
			const changes = { jobTitle: 'Painter', background: 'Moved.' };
			confirmed(await deliver({ crmId, known, changes }));
			await until(() => last() !== undefined, 'the echo');
			expect(last()?.ownWrite).toBe(true);
			expect({ ...known, ...changes }).toMatchObject(last()?.fields ?? {});
		});

		test('of two that are merged, one lives on', async () => {
			const { crmId, watched, last } = await begin();
			const { id } = world.sim.people.create({ firstName: 'Ada', lastName: 'Holis' });
			await until(() => watched.of(id).length > 0, 'the new one');
			world.sim.people.merge(id, crmId);
			await until(() => last()?.change === 'merge', 'the merge');
			expect(last()?.mergedInto).toBe(id);
		});

		test('what happened while the stream was away is read', async () => {
			const { crmId, watched } = await begin();
			const gone = world.sim.people.create({ firstName: 'Ben', lastName: 'Hollis' }).id;
			await until(() => watched.of(gone).length > 0, 'the new one');
			await watched.stop();
			const DAYS = 4 * 24 * 3_600_000;
			world.advance(DAYS);
			await rest().update('Account', { Id: await accountOf(crmId), Phone: '(207) 555-0188' });
			world.sim.people.remove(gone);
			world.advance(120_000);
			const next = watch(world, { cursor: watched.cursor(), known: watched.known });
			await until(() => next.of(gone).at(-1)?.change === 'delete', 'the delete');
			await until(() => next.of(crmId).length > 0, 'the edit');
			expect(next.of(crmId).at(-1)?.fields).toMatchObject({
				phones: [{ number: '(207) 555-0188' }],
			});
		});

		test('all are listed in bulk as page by page', async () => {
			const { crmId, known } = await begin({ bulkReadAbove: 1 });
			world.sim.people.create({ firstName: 'Ben', lastName: 'Hollis' });
			const { signal } = new AbortController();
			const options = { fieldMap: salesforce.defaultFieldMap, signal };
			const listed: CanonicalFields[] = [];
			for await (const events of salesforce.readAll(world.context, options))
				listed.push(...events.filter((one) => one.crmId === crmId).map(({ fields }) => fields));
			expect(world.requests.some(({ url }) => url.includes('/jobs/query'))).toBe(true);
			expect(listed).toEqual([known]);
		});
	},
);
