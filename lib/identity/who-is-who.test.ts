/** Law 9 under whatever people do: merges, splits, and either taken back, at any time. */
import fc from 'fast-check';
import { desiredFields } from '../merge/register';
import { recordKey } from '../model/event';
import { foldAudit } from '../history/fold';
import { expectSame, IDS, mails, SYSTEMS, valuesOf } from '../../test/unit/support/past';
import { move, WhoIsWho } from '../../test/unit/support/who-is-who';

const RUNS = { numRuns: Number(process.env['WHO_IS_WHO_RUNS'] ?? 12) };
const lives = fc.array(move, { minLength: 3, maxLength: 25 });

async function holdLaws(world: WhoIsWho): Promise<void> {
	const links = await world.links();
	expect(new Set(links.map(recordKey)).size).toBe(links.length);
	for (const { evidence } of links) expect(evidence.by).not.toBe('');
	const ids = await world.ids();
	const { hub } = world.crms;
	const aliases = await hub.tx((tx) => tx.entities.aliases(ids));
	for (const { entityId } of links) expect(aliases.has(entityId)).toBe(false);
	for (const into of aliases.values()) expect(aliases.has(into)).toBe(false);
	const rows = await hub.fabric.desk.audit({ limit: 100_000 });
	const stored = await hub.tx((tx) => tx.registers.registers(ids));
	const told = foldAudit(rows);
	for (const id of ids) expect(told.get(id) ?? {}).toEqual(stored.get(id) ?? {});
	const keys = await hub.tx((tx) => tx.identityKeys.externalKeysOf(ids));
	expect([...keys.keys()].filter((id) => aliases.has(id))).toEqual([]);
}

/** Every record of every CRM holds what its client holds. */
async function agree(world: WhoIsWho): Promise<void> {
	const { crms } = world;
	await crms.settle();
	for (const { system, crmId, entityId } of await world.links()) {
		const registers = await crms.hub.tx((tx) => tx.registers.registers([entityId]));
		const wanted = desiredFields(registers.get(entityId) ?? {});
		const record = crms.of(system).get(crmId)?.fields ?? {};
		const told = Object.entries(wanted).map(([field, value]) => [
			field,
			Array.isArray(value)
				? value.map((item) => ({ address: (item as { address: string }).address }))
				: value,
		]);
		const held = Object.entries(record).map(([field, value]) => [
			field,
			Array.isArray(value)
				? value.map((item) => ({ address: (item as { address: string }).address }))
				: value,
		]);
		expectSame(Object.fromEntries(told), Object.fromEntries(held));
	}
}

test('whatever people do: one owner a record, evidence, a trail that folds, CRMs that agree', async () => {
	let moves = 0;
	await fc.assert(
		fc.asyncProperty(lives, async (steps) => {
			const world = await WhoIsWho.open();
			await world.live(steps);
			moves += world.moves.length;
			await holdLaws(world);
			await agree(world);
			await holdLaws(world);
			await world.crms.hub.close();
		}),
		RUNS,
	);
	expect(moves).toBeGreaterThan(RUNS.numRuns);
});

test('a merge that is taken back at once restores fields and links exactly', async () => {
	let merges = 0;
	await fc.assert(
		fc.asyncProperty(lives, fc.nat(), fc.nat(), async (steps, one, other) => {
			const world = await WhoIsWho.open();
			await world.live(steps);
			const clients = await world.clients();
			const from = clients[one % clients.length] ?? '';
			const into = clients.filter((id) => id !== from)[other % Math.max(1, clients.length - 1)];
			const before = await world.state();
			const auditSeq = into === undefined ? undefined : await world.merge(from, into);
			if (auditSeq !== undefined) {
				merges += 1;
				await world.crms.hub.fabric.desk.undoIdentity({ auditSeq });
				expect(await world.state()).toEqual(before);
				await holdLaws(world);
			}
			await world.crms.hub.close();
		}),
		RUNS,
	);
	expect(merges).toBeGreaterThan(3);
});

test('a split that is taken back at once restores fields and links exactly', async () => {
	let splits = 0;
	await fc.assert(
		fc.asyncProperty(lives, fc.nat(), fc.nat(), async (steps, one, other) => {
			const world = await WhoIsWho.open();
			await world.live(steps);
			const clients = await world.clients();
			const unifiedId = clients[one % clients.length] ?? '';
			const links = (await world.links()).filter(({ entityId }) => entityId === unifiedId);
			const record = links[other % links.length];
			const before = await world.state();
			const { desk } = world.crms.hub.fabric;
			if (record !== undefined && links.length > 1) {
				splits += 1;
				const { auditSeq } = await desk.splitEntity({ unifiedId, records: [record] });
				await desk.undoIdentity({ auditSeq });
				expect(await world.state()).toEqual(before);
				await holdLaws(world);
			}
			await world.crms.hub.close();
		}),
		RUNS,
	);
	expect(splits).toBeGreaterThan(3);
});

interface Edit {
	system: string;
	client: number;
	field: 'jobTitle' | 'status' | 'emails';
	isCleared: boolean;
	settles: boolean;
}

const edits = fc.array(
	fc.record<Edit>({
		system: fc.constantFrom(...SYSTEMS),
		client: fc.nat({ max: 1 }),
		field: fc.constantFrom('jobTitle', 'status', 'emails'),
		isCleared: fc.boolean(),
		settles: fc.boolean(),
	}),
	{ minLength: 2, maxLength: 14 },
);

/** Every value is another one: nobody types by chance what came from the other client. */
async function type(world: WhoIsWho, steps: readonly Edit[], first: number): Promise<void> {
	const { crms } = world;
	for (const [index, { system, client, field, isCleared, settles }] of steps.entries()) {
		crms.hub.now += 60_000;
		const crmId = system === 'wealthbox' ? `w${client}` : `${system}-U100${client + 1}`;
		const held = crms.of(system).get(crmId)?.fields[field];
		const text = `${first + index}`;
		const added = [...((held ?? []) as Array<{ address: string }>), ...mails(text)];
		const value = field === 'emails' ? added : isCleared ? null : text;
		crms.edit(system, crmId, { [field]: value });
		if (settles) await crms.settle();
		else await crms.read(system);
	}
	await crms.settle();
}

test('taken apart again, they are what they would be had they never been together', async () => {
	let other = 0;
	await fc.assert(
		fc.asyncProperty(edits, edits, edits, async (before, meanwhile, after) => {
			const [together, apart] = [await WhoIsWho.open(), await WhoIsWho.open()];
			const seqs: number[] = [];
			for (const world of [together, apart]) {
				await type(world, before, 100);
				if (world === together) seqs.push((await world.merge('U1001', 'U1002')) ?? 0);
				// Nobody can clear there what the other client's clearing has cleared.
				await type(
					world,
					meanwhile.map((one) => ({ ...one, isCleared: false })),
					200,
				);
				if (world === together) {
					other += (await world.clients()).length === 2 ? 1 : 0;
					await world.crms.hub.fabric.desk.undoIdentity({ auditSeq: seqs[0] ?? 0 });
				}
				await world.crms.settle();
				await type(world, after, 300);
			}
			const [left, right] = [await valuesOf(together.crms), await valuesOf(apart.crms)];
			for (const id of IDS) expectSame(left.get(id), right.get(id));
			await agree(together);
			await holdLaws(together);
			for (const world of [together, apart]) await world.crms.hub.close();
		}),
		RUNS,
	);
	expect(other).toBe(RUNS.numRuns);
});
