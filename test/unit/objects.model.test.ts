/**
 * Model of objects beside contacts: people, households and notes made and changed in three CRMs in any
 * order, read in any order, answers lost; then quiet. In the end every CRM says the same, and what it
 * says is the latest edit of each thing.
 */
import { localReference, type ObjectName } from '../../lib/model/objects';
import type { FieldMap } from '../../lib/model/field-map';
import type { FieldValue } from '../../lib/model/fields';
import { TestHub } from './support/hub';
import { memoryConnector } from './support/memory-connector';
import { OfficeCrm } from './support/office-model';

const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];
const OBJECTS: ObjectName[] = ['contact', 'household', 'note'];
const FIELDS: Array<[ObjectName, string]> = [
	['contact', 'firstName'],
	['contact', 'lastName'],
	['contact', 'jobTitle'],
	['contact', 'emails'],
	['contact', 'household'],
	['household', 'name'],
	['note', 'client'],
	['note', 'subject'],
	['note', 'text'],
];
const fieldMap: FieldMap = FIELDS.map(([object, field]) => {
	return { object, field, crmField: field, direction: 'both' };
});

function seeds(): number[] {
	const [first = 1, last = 25] = (process.env['OBJECTS_MODEL_SEEDS'] ?? '1-25')
		.split('-')
		.map(Number);
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** mulberry32 */
function chanceOf(seed: number) {
	let state = seed * 0x9e3779b9;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	const below = (limit: number) => Math.floor(next() * limit);
	return {
		below,
		happens: (share: number) => next() < share,
		of: <T>(list: readonly T[]): T | undefined => list[below(list.length)],
		shuffled: <T>(list: readonly T[]): T[] =>
			list
				.map((one) => [next(), one] as const)
				.sort(([a], [b]) => a - b)
				.map(([, one]) => one),
	};
}

/** Nobody would take one of them for another one. */
const PEOPLE = [
	...[
		'Ida Abara',
		'Tomas Brisbois',
		'Wren Czerny',
		'Otto Dunphy',
		'Mabel Eastwick',
		'Ravi Fontaine',
	],
	...[
		'Cleo Gryzbek',
		'Jonas Hollis',
		'Perpetua Ilves',
		'Kwame Jarrett',
		'Sunniva Kessler',
		'Lou Marchetti',
	],
	...[
		'Bettina Nakamura',
		'Emil Oyelaran',
		'Fern Pruitt',
		'Hugo Quist',
		'Zelda Rasmussen',
		'Vikram Sorley',
	],
	...[
		'Yara Thackeray',
		'Amos Underhill',
		'Greta Vasquez',
		'Niall Wetherby',
		'Dagny Xiong',
		'Ulric Zeller',
	],
];

class Office {
	private serial = 0;
	private met = 0;
	/** `object/name/field` -> the latest edit, in words. */
	readonly wanted = new Map<string, FieldValue>();
	readonly crms: OfficeCrm[];

	constructor(
		private readonly hub: TestHub,
		private readonly chance: ReturnType<typeof chanceOf>,
	) {
		this.crms = SYSTEMS.map((name) => new OfficeCrm(name, () => hub.now));
	}

	async step(): Promise<void> {
		this.hub.now += 1_000;
		const crm = this.chance.of(this.crms) as OfficeCrm;
		switch (this.chance.below(9)) {
			case 0:
				return this.meet(crm);
			case 1:
				return this.addTo(crm, 'household');
			case 2:
			case 3:
				return this.move(crm);
			case 4:
				return this.addTo(crm, 'note');
			case 5:
				return this.change(crm);
			case 6:
				return this.read(crm);
			case 7:
				return this.pump(crm);
			default:
				return this.deliver(crm);
		}
	}

	/** Reads, merges and delivers everywhere until nothing is left to do. */
	async settle(): Promise<void> {
		const MAX_ROUNDS = 40;
		for (let round = 0; round < MAX_ROUNDS; round += 1) {
			let busy = 0;
			for (const crm of this.crms) {
				this.hub.now += 700_000;
				const { accepted } = await this.hub.accept(crm.name, crm.snapshots(OBJECTS));
				const { merged, decisions } = await this.hub.pump(crm.name);
				busy += accepted + merged.length + decisions.length + (await this.writeAll(crm));
			}
			if (busy === 0) return;
		}
		throw new Error('The hub does not come to rest.');
	}

	private meet(crm: OfficeCrm): void {
		const [firstName = '', lastName = ''] = (PEOPLE[this.met] ?? '').split(' ');
		if (lastName === '') return;
		this.met += 1;
		const emails = [{ address: `${firstName}@${lastName}.example`.toLowerCase(), primary: true }];
		crm.add('contact', { firstName, lastName, jobTitle: null, emails, household: null });
	}

	private addTo(crm: OfficeCrm, object: 'household' | 'note'): void {
		const contact = this.chance.of(crm.all('contact'));
		if (contact === undefined) return;
		this.serial += 1;
		if (object === 'household') {
			this.join(crm, contact, crm.add('household', { name: `Home ${this.serial}` }));
			return;
		}
		const [subject, text] = [`Note ${this.serial}`, `Said ${this.serial}`];
		crm.add('note', { client: contact, subject, text });
		this.wanted.set(`note/${subject}/text`, text);
	}

	private move(crm: OfficeCrm): void {
		const contact = this.chance.of(crm.all('contact'));
		const household = this.chance.happens(0.2) ? null : this.chance.of(crm.all('household'));
		if (contact !== undefined && household !== undefined) this.join(crm, contact, household);
	}

	private join(crm: OfficeCrm, contact: string, household: string | null): void {
		if (crm.fieldsOf(contact)['household'] === household) return;
		if (crm.wasSeen(contact, 'household', household)) return;
		crm.edit(contact, { household });
		const named = household === null ? null : crm.nameOf(household);
		this.wanted.set(`contact/${crm.nameOf(contact)}/household`, named);
	}

	private change(crm: OfficeCrm): void {
		const note = this.chance.of(crm.all('note'));
		if (note === undefined) return;
		this.serial += 1;
		crm.edit(note, { text: `Said later ${this.serial}` });
		this.wanted.set(`note/${crm.nameOf(note)}/text`, `Said later ${this.serial}`);
	}

	private async read(crm: OfficeCrm): Promise<void> {
		const objects = this.chance.shuffled(OBJECTS).slice(0, 1 + this.chance.below(OBJECTS.length));
		await this.hub.accept(crm.name, crm.snapshots(objects));
	}

	private async pump(crm: OfficeCrm): Promise<void> {
		const { fabric } = this.hub;
		const batch = await fabric.nextEvents(crm.name, 1 + this.chance.below(6));
		if (batch === undefined) return;
		const events = batch.items.map(({ event }) => event);
		const decisions = await fabric.resolve(events);
		const sure = events.filter(
			(_, at) => !['review', 'waits'].includes(decisions[at]?.decision ?? ''),
		);
		const fails = this.chance.happens(0.1);
		if (!fails) await fabric.merge(sure, []);
		const end = fails
			? { ok: false as const, reason: 'The execution broke off.' }
			: { ok: true as const };
		await fabric.finishEvents(crm.name, batch.id, end);
	}

	private async deliver(crm: OfficeCrm): Promise<void> {
		for (const job of await this.hub.fabric.claim(crm.name, 1 + this.chance.below(4))) {
			const outcome = crm.write(job);
			const isLost = this.chance.happens(0.15);
			const lost = {
				status: 'retry',
				reason: 'No answer.',
				code: 'timeout',
				outcomeUnknown: true,
			} as const;
			await this.hub.report(job, isLost ? lost : outcome);
		}
	}

	private async writeAll(crm: OfficeCrm): Promise<number> {
		const jobs = await this.hub.claim(crm.name);
		for (const job of jobs) await this.hub.report(job, crm.write(job));
		return jobs.length;
	}
}

async function play(seed: number): Promise<Office> {
	const all = { create: true, change: true, archive: false, delete: true };
	const connector = memoryConnector('memory');
	connector.capabilities.objects = { household: all, note: { ...all, needs: ['client'] } };
	const hub = await TestHub.open(SYSTEMS, { fieldMap }, connector);
	const office = new Office(hub, chanceOf(seed));
	for (let step = 0; step < 90; step += 1) await office.step();
	await office.settle();
	const verified = await hub.fabric.history.verifyAudit();
	await hub.close();
	expect(verified).toMatchObject({ ok: true });
	return office;
}

test.each(seeds())('seed %d: every CRM says the same, and it is the latest edit', async (seed) => {
	const { crms, wanted } = await play(seed);
	const [first, ...others] = crms.map((crm) =>
		Object.fromEntries(
			OBJECTS.flatMap((object) =>
				crm.all(object).map((one) => [`${object} ${crm.nameOf(one)}`, crm.told(one)]),
			),
		),
	);
	for (const other of others) expect(other).toEqual(first);
	for (const [key, value] of wanted) {
		const [object, name, field] = key.split('/') as [ObjectName, string, string];
		const [crm] = crms;
		const told = crm?.told(crm.named(object, name) ?? localReference(object, 'missing'));
		expect([key, told?.[field]]).toEqual([key, value]);
	}
});
