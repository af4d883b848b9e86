/**
 * People who work in three CRMs without a pause, seeded, and the oracle that knows their edits and
 * nothing else.
 *
 * Mostly a person edits what she sees: the field of a client is edited in another CRM only once the
 * last edit has arrived there; in the same CRM at any time. Then the last edit is what counts. Now and
 * then two people edit one field in two CRMs at a time: which edit was later is then more than a
 * polled CRM can tell, so either may stand, but the same one everywhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalPhone } from '../../../lib/model/canonical';
import { CRMS, primaryEmail, type Crm } from '../../../scripts/demo/agreement';
import type { Simulators } from '../../simulators';
import type { PlainContact, PlainEdit } from '../../simulators/simulator';
import type { Chance } from '../../simulation/chance';

const FIELDS = ['jobTitle', 'birthDate', 'lastName', 'phones', 'street'] as const;
export type Field = (typeof FIELDS)[number];
/** Of entries that two people change side by side, both may stand. */
const LISTS: readonly Field[] = ['phones', 'street'];

/** ms between two edits. */
const PAUSE = { least: 120, most: 420 };
const CONFLICT = 0.08;
const NEW_CLIENT = 0.03;

/** One field of one client, as the edits say it must end. */
interface Slot {
	email: string;
	field: Field;
	/** Where the last edit was made. */
	crm: Crm;
	/** The last edit; more than one where people edited side by side. */
	allowed: string[];
}

export interface Miss {
	field: Field;
	email: string;
	allowed: string[];
	/** Where the last edit was made, and of which record. */
	crm: Crm;
	crmId: string;
	held: Record<Crm, string>;
}

export class EditStream {
	private readonly slots = new Map<string, Slot>();
	private readonly emails: string[];
	private serial = 0;
	/** Edits of each client by CRM: each may cost every other CRM one write. */
	private readonly editsOf = new Map<string, Record<Crm, number>>();
	edits = 0;
	conflicts = 0;
	created = 0;

	constructor(
		private readonly simulators: Simulators,
		private readonly chance: Chance,
	) {
		const known = simulators.salesforce.people.list().map(primaryEmail);
		this.emails = known.filter(Boolean).sort();
	}

	/** Edits until `stop` aborts. */
	async run(stop: AbortSignal): Promise<void> {
		while (!stop.aborted) {
			if (this.chance.happens(NEW_CLIENT)) this.create();
			else this.edit();
			await sleep(this.chance.between(PAUSE.least, PAUSE.most));
		}
	}

	/** Fields that some CRM does not hold as the edits say, or that the CRMs hold differently. */
	misses(): Miss[] {
		const views = this.views();
		return [...this.slots.values()].flatMap(({ email, field, allowed, crm: editedIn }) => {
			const held = heldBy(views, email, field);
			const [first, ...others] = CRMS.map((crm) => held[crm]);
			const same = others.every((value) => value === first);
			if (same && allowed.includes(first ?? '')) return [];
			const crmId = views[editedIn].get(email)?.id ?? '';
			return [{ field, email, allowed, crm: editedIn, crmId, held }];
		});
	}

	/** True of a list's entry that has arrived everywhere, beside another that it was to replace. */
	standsBeside({ email, field, allowed }: Miss): boolean {
		const views = this.views();
		return (
			LISTS.includes(field) &&
			CRMS.every((crm) => {
				const contact = views[crm].get(email);
				return (
					contact !== undefined && entriesIn(contact, field).some((one) => allowed.includes(one))
				);
			})
		);
	}

	/** Most writes that the edits account for: one for each edit made elsewhere. */
	writesAllowed(email: string, crm: Crm): number {
		const edits = this.editsOf.get(email);
		if (edits === undefined) return 0;
		return CRMS.filter((other) => other !== crm).reduce((sum, other) => sum + edits[other], 0);
	}

	/** Every edit of the stream by client and field, for what the audit trail must tell at the least. */
	lastEdits(): Array<{ email: string; field: Field; allowed: string[] }> {
		return [...this.slots.values()].map(({ email, field, allowed }) => ({ email, field, allowed }));
	}

	private edit(): void {
		const email = this.chance.pick(this.emails) ?? '';
		const field = this.chance.pick(FIELDS) ?? 'jobTitle';
		const crm = this.chance.pick(CRMS) ?? 'salesforce';
		const sideBySide = this.chance.happens(CONFLICT);
		const views = this.views();
		if (CRMS.some((one) => !views[one].has(email))) return;
		const slot = this.slots.get(`${email}/${field}`);
		const held = heldBy(views, email, field);
		const settled = new Set(Object.values(held)).size === 1;
		const free = slot === undefined || settled;
		if (free) this.write({ email, field, crm, allowed: [] }, views);
		else if (slot.allowed.length > 1) return;
		else if (sideBySide && crm !== slot.crm && !LISTS.includes(field)) {
			this.conflicts += 1;
			this.write({ ...slot, crm }, views);
		} else this.write({ ...slot, allowed: [] }, views);
	}

	private write({ email, field, crm, allowed }: Slot, views: Views): void {
		const contact = views[crm].get(email);
		if (contact === undefined) return;
		this.serial += 1;
		const value = valueOf(field, this.serial);
		this.simulators[crm].people.edit(contact.id, editOf(contact, field, value));
		this.slots.set(`${email}/${field}`, { email, field, crm, allowed: [...allowed, value] });
		this.count(email, crm);
	}

	private create(): void {
		const crm = this.chance.pick(CRMS) ?? 'salesforce';
		this.created += 1;
		const email = `newcomer${this.created}@stream.example`;
		this.simulators[crm].people.create({
			type: 'person',
			firstName: letters('Ab', this.created),
			lastName: letters('Quor', this.created * 7),
			jobTitle: 'Newcomer',
			emails: [{ address: email, kind: 'work', primary: true }],
			phones: [
				{
					number: `+1603555${String(this.created).padStart(4, '0')}`,
					kind: 'work',
					// Of a number without the mark some CRMs make the primary one by themselves: one more write.
					primary: true,
				},
			],
		});
		this.emails.push(email);
		this.count(email, crm);
	}

	private count(email: string, crm: Crm): void {
		const edits = this.editsOf.get(email) ?? { wealthbox: 0, redtail: 0, salesforce: 0 };
		this.editsOf.set(email, { ...edits, [crm]: edits[crm] + 1 });
		this.edits += 1;
	}

	private views(): Views {
		const viewOf = (crm: Crm) =>
			new Map(this.simulators[crm].people.list().map((one) => [primaryEmail(one), one]));
		return {
			wealthbox: viewOf('wealthbox'),
			redtail: viewOf('redtail'),
			salesforce: viewOf('salesforce'),
		};
	}
}

type Views = Record<Crm, Map<string, PlainContact>>;

function heldBy(views: Views, email: string, field: Field): Record<Crm, string> {
	const held = (crm: Crm) => {
		const contact = views[crm].get(email);
		return contact === undefined ? '(no record)' : valueIn(contact, field);
	};
	return { wealthbox: held('wealthbox'), redtail: held('redtail'), salesforce: held('salesforce') };
}

function valueOf(field: Field, n: number): string {
	if (field === 'birthDate') {
		const day = new Date(Date.UTC(1940, 0, 1 + n));
		return day.toISOString().slice(0, 10);
	}
	if (field === 'phones') return `+1207${String(2_000_000 + n)}`;
	if (field === 'street') return `${n} Harbor Street`;
	return `${field === 'jobTitle' ? 'Role' : 'Family'} ${n}`;
}

function valueIn(contact: PlainContact, field: Field): string {
	if (field === 'phones') return canonicalPhone(workPhone(contact)?.number ?? '');
	if (field === 'street') return mainAddress(contact)?.street ?? '';
	return contact[field] ?? '';
}

function entriesIn({ phones, addresses }: PlainContact, field: Field): string[] {
	return field === 'phones'
		? phones.map(({ number }) => canonicalPhone(number))
		: addresses.map(({ street = '' }) => street);
}

function editOf(contact: PlainContact, field: Field, value: string): PlainEdit {
	if (field === 'phones') {
		const work = workPhone(contact);
		const phones =
			work === undefined
				? [...contact.phones, { number: value, kind: 'work' }]
				: contact.phones.map((item) => (item === work ? { ...item, number: value } : item));
		return { phones };
	}
	if (field !== 'street') return { [field]: value };
	const main = mainAddress(contact);
	const made = { street: value, city: 'Portland', state: 'ME', postalCode: '04101', kind: 'home' };
	if (main === undefined) return { addresses: [{ ...made, primary: true }] };
	return {
		addresses: contact.addresses.map((item) => (item === main ? { ...item, street: value } : item)),
	};
}

function workPhone({ phones }: PlainContact) {
	return phones.find(({ kind }) => kind?.toLowerCase() === 'work');
}

function mainAddress({ addresses }: PlainContact) {
	return addresses.find(({ primary }) => primary) ?? addresses[0];
}

/** Names that no score takes for one another: digits alone would be too alike. */
function letters(stem: string, n: number): string {
	const LETTERS = 'bcdfghjklmnprstvwz';
	let rest = n * 7919;
	let name = stem;
	for (let place = 0; place < 4; place += 1) {
		name += `${LETTERS.charAt(rest % LETTERS.length)}${'aeiou'.charAt(rest % 5)}`;
		rest = Math.floor(rest / 5) + n;
	}
	return name;
}
