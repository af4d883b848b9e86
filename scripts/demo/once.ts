/**
 * The demo unattended: edits in each CRM, new clients, conflicting edits, an edit while a CRM is
 * down; then checks of what the CRMs hold against what the edits alone say they should.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectors } from '../../lib/connectors';
import type { PlainContact, PlainEdit, Simulator } from '../../test/simulators/simulator';
import { compareCrms, CRMS, primaryEmail, type Crm } from './agreement';
import { CHANGES, hasPhone, phone, type Change } from './changes';
import type { FabricDemo } from './fabric-demo';
import { percentile, seconds, until } from './measure';
import { polledPast } from './polls';

export interface OnceResult {
	changes: number;
	converged: boolean;
	echo_writes: number;
	lost: number;
	duplicates: number;
	p50_ms: number;
	p95_ms: number;
}

type Say = (line: string) => void;

/** What all three CRMs must hold in the end: the oracle knows the edits and nothing else. */
interface Expectation {
	/** Finds the person: an e-mail that no step changes. */
	email: string;
	/** A later edit of the same field takes the place of this expectation. */
	field: string;
	what: string;
	holds: (contact: PlainContact) => boolean;
}

/** At Wealthbox's call a second, with polls beside the writes, it takes about four minutes. */
const FIRST_READ_LIMIT_MS = 600_000;
/** Only a step that fails takes so long; a loaded machine may need many times the usual seconds. */
const STEP_LIMIT_MS = 180_000;
const QUIET_MS = 6_000;
const LOOK_MS = 20;
const DOWN_MS = 8_000;
/** Between two people's edits of one field. */
const APART_MS = 400;
/**
 * Salesforce tells the times of changes in whole seconds, and its clock beside ours by Date headers in
 * whole seconds, too: after so much a change is past for sure.
 */
const SALESFORCE_PAST_MS = 2 * (connectors.get('salesforce')?.capabilities.timeResolutionMs ?? 0);

export async function runOnce(demo: FabricDemo, say: Say): Promise<OnceResult> {
	const run = new Run(demo, say);
	await run.firstRead();
	await run.updates();
	await run.creates();
	await run.conflicts();
	await run.whileDown();
	return run.finish();
}

class Run {
	private readonly latencies: number[] = [];
	private readonly expectations = new Map<string, Expectation>();
	private changes = 0;
	private echoWrites = 0;
	private converged = true;
	private readonly before = new Map<Crm, number>();

	constructor(
		private readonly demo: FabricDemo,
		private readonly say: Say,
	) {}

	async firstRead(): Promise<void> {
		const started = Date.now();
		const agreed = await until(
			() => compareCrms(this.demo.simulators).disagreements.length === 0,
			FIRST_READ_LIMIT_MS,
			250,
		);
		await this.quiet();
		const { persons, disagreements } = compareCrms(this.demo.simulators);
		this.converged &&= agreed;
		this.say(
			`First read: ${persons} clients in all three CRMs after ${seconds(Date.now() - started)}, ${disagreements.length} disagreements`,
		);
		for (const crm of CRMS) this.before.set(crm, this.sim(crm).writes().length);
	}

	/** One field after the other, from each CRM in turn. */
	async updates(): Promise<void> {
		const persons = this.sharedPersons();
		let n = 0;
		for (const changeOf of CHANGES) {
			for (const crm of CRMS) {
				n += 1;
				const email = persons[n % persons.length] ?? '';
				await this.change(crm, email, changeOf(n));
			}
		}
	}

	async creates(): Promise<void> {
		for (const [index, crm] of CRMS.entries()) {
			const email = `new.client${index + 1}@demo.example`;
			const values: PlainEdit = {
				type: 'person',
				firstName: ['Imogen', 'Tobias', 'Marguerite'][index] ?? 'Ada',
				lastName: `Newcomb${index + 1}`,
				jobTitle: 'Architect',
				emails: [{ address: email, kind: 'work', primary: true }],
				phones: [{ number: phone(70 + index), kind: 'mobile', primary: true }],
			};
			const started = Date.now();
			this.sim(crm).people.create(values);
			const holds = (contact: PlainContact) =>
				contact.lastName === values.lastName && hasPhone(contact, phone(70 + index));
			await this.arrival(`New client in ${crm}`, started, {
				email,
				field: 'client',
				what: 'new client',
				holds,
			});
		}
	}

	/**
	 * Two people, one field, two CRMs: the later edit must win everywhere. Of a polled CRM's edit only what
	 * lies between two polls is known; it counts as made right after the first of them (lib/merge/clock.ts).
	 * So it loses against any later one, and wins only if a poll lies between.
	 */
	async conflicts(): Promise<void> {
		const persons = this.sharedPersons();
		const pairs: Array<[Crm, Crm]> = [
			['wealthbox', 'salesforce'],
			['redtail', 'salesforce'],
			['salesforce', 'wealthbox'],
		];
		for (const [index, [first, second]] of pairs.entries()) {
			const email = persons[persons.length - 1 - index] ?? '';
			const late = `Late ${index}`;
			const sim = this.sim(second);
			// An edit between our look and our write where there are no conditional writes is not meant here.
			if (second === 'wealthbox') sim.setFault({ kind: 'status', status: 503, match: 'PUT /' });
			this.edit(first, email, () => ({ jobTitle: `Early ${index}` }));
			if (second !== 'wealthbox') await sleep(APART_MS);
			else if (!(await polledPast(sim, Date.now() + SALESFORCE_PAST_MS, STEP_LIMIT_MS)))
				this.say('Wealthbox DID NOT get polled');
			this.edit(second, email, () => ({ jobTitle: late }));
			this.changes += 1;
			const holds = (contact: PlainContact) => contact.jobTitle === late;
			await this.arrival(
				`Conflict of ${first} and ${second}, the later edit in ${second}`,
				undefined,
				{ email, field: 'jobTitle', what: `conflict ${index}`, holds },
			);
			sim.clearFaults();
		}
	}

	/** A CRM drops every connection while clients change in the other two. */
	async whileDown(): Promise<void> {
		const persons = this.sharedPersons();
		for (const [index, down] of CRMS.entries()) {
			const source = CRMS[(index + 1) % CRMS.length] as Crm;
			const email = persons[(index + 3) % persons.length] ?? '';
			const title = `Edited while ${down} was down`;
			this.sim(down).setFault({ kind: 'down' });
			const before = this.find(source, email)?.jobTitle;
			this.edit(source, email, () => ({ jobTitle: title }));
			const third = CRMS.find((crm) => crm !== down && crm !== source) as Crm;
			const reached = await until(
				() => this.find(third, email)?.jobTitle === title,
				STEP_LIMIT_MS,
				LOOK_MS,
			);
			await sleep(DOWN_MS);
			const untouched = this.find(down, email)?.jobTitle === before;
			this.sim(down).clearFaults();
			this.converged &&= reached;
			this.say(
				`${down} down: the change from ${source} reached ${third}${untouched ? `, ${down} still waits` : ''}`,
			);
			await this.arrival(`${down} back`, undefined, {
				email,
				field: 'jobTitle',
				what: `edit while ${down} was down`,
				holds: (contact) => contact.jobTitle === title,
			});
		}
	}

	async finish(): Promise<OnceResult> {
		await this.quiet();
		const { disagreements, duplicates, persons } = compareCrms(this.demo.simulators);
		for (const { person, what } of disagreements) this.say(`Disagreement: ${what} of ${person}`);
		const lost = [...this.expectations.values()].filter(
			(expected) => !this.heldEverywhere(expected),
		);
		for (const { email, what } of lost) this.say(`Lost: ${what} of ${email}`);
		const idle = CRMS.flatMap((crm) => this.sim(crm).writes().slice(this.before.get(crm))).filter(
			({ changedAnything, status }) => status < 400 && !changedAnything,
		);
		for (const { method, path, fields } of idle)
			this.say(`Write that changed nothing: ${method} ${path} (${fields.join(', ')})`);
		const sorted = [...this.latencies].sort((a, b) => a - b);
		this.say(`${persons} clients compared, ${this.changes} changes made`);
		return {
			changes: this.changes,
			converged: this.converged && disagreements.length === 0,
			echo_writes: this.echoWrites + idle.length,
			lost: lost.length,
			duplicates,
			p50_ms: percentile(sorted, 0.5),
			p95_ms: percentile(sorted, 0.95),
		};
	}

	private async change(
		crm: Crm,
		email: string,
		{ field, what, edit, holds }: Change,
	): Promise<void> {
		const origin = this.find(crm, email);
		const from = this.sim(crm).writes().length;
		const started = Date.now();
		this.edit(crm, email, edit);
		await this.arrival(`${what} changed in ${crm}`, started, { email, field, what, holds });
		const back = this.sim(crm)
			.writes()
			.slice(from)
			.filter(({ recordId }) => recordId === origin?.id);
		this.echoWrites += back.length;
		for (const { method, path, fields } of back)
			this.say(`Echo: ${method} ${path} in ${crm} (${fields.join(', ')})`);
	}

	private edit(crm: Crm, email: string, edit: (contact: PlainContact) => PlainEdit): void {
		const contact = this.find(crm, email);
		if (contact === undefined)
			throw new Error(`${crm} has no client ${email}: the first read did not bring it there.`);
		this.sim(crm).people.edit(contact.id, edit(contact));
	}

	/** Waits until every CRM holds it; with a start, the time counts. */
	private async arrival(
		step: string,
		started: number | undefined,
		expected: Expectation,
	): Promise<void> {
		this.changes += 1;
		this.expectations.set(`${expected.email}/${expected.field}`, expected);
		const arrived = await until(() => this.heldEverywhere(expected), STEP_LIMIT_MS, LOOK_MS);
		this.converged &&= arrived;
		const took = started === undefined ? undefined : Date.now() - started;
		if (took !== undefined && arrived) this.latencies.push(took);
		this.say(
			`${step}: ${arrived ? 'in all three' : 'DID NOT ARRIVE'}${took === undefined ? '' : ` after ${seconds(took)}`}`,
		);
	}

	private heldEverywhere({ email, holds }: Expectation): boolean {
		return CRMS.every((crm) => {
			const contact = this.find(crm, email);
			return contact !== undefined && holds(contact);
		});
	}

	private find(crm: Crm, email: string): PlainContact | undefined {
		return this.sim(crm)
			.people.list()
			.find((contact) => primaryEmail(contact) === email);
	}

	/** Persons whom all three CRMs know, by e-mail, in a fixed order. */
	private sharedPersons(): string[] {
		const emails = this.sim('salesforce')
			.people.list()
			.map(primaryEmail)
			.filter((email) => email !== '');
		return [...new Set(emails)]
			.filter((email) => CRMS.every((crm) => this.find(crm, email)))
			.sort();
	}

	/** No write in any CRM for a while. */
	private async quiet(): Promise<void> {
		const count = () => CRMS.reduce((sum, crm) => sum + this.sim(crm).writes().length, 0);
		let [last, since] = [count(), Date.now()];
		const limit = Date.now() + STEP_LIMIT_MS;
		while (Date.now() - since < QUIET_MS && Date.now() < limit) {
			await sleep(200);
			if (count() !== last) [last, since] = [count(), Date.now()];
		}
	}

	private sim(crm: Crm): Simulator {
		return this.demo.simulators[crm];
	}
}
