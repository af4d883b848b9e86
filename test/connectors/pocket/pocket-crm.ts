/**
 * Pocket CRM itself, simulated: a small HTTP server. Contacts with flat fields, notes about
 * them, an API key, edit times in whole seconds, a list filter by them, a list of what was deleted, and
 * 429 with Retry-After. Faults are those of the simulators (test/simulators/simulator.ts).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { FaultBox } from '../../simulators/framework/faults';
import { refuseThrottled, Throttle, type RateLimit } from '../../simulators/framework/throttle';
import {
	isObject,
	json,
	parseJson,
	SimHttpError,
	text,
	type SimResponse,
} from '../../simulators/framework/http';
import type { Fault, PlainEdit } from '../../simulators/simulator';
import type { Screen } from '../conformance/world';

export const API_KEY = 'pocket-simulator-api-key';
export const KEY_HEADER = 'x-pocket-key';

interface Row {
	[field: string]: unknown;
	id: number;
	created_at: number;
	updated_at: number;
}

const FIELDS = {
	contacts: ['first_name', 'last_name', 'title', 'email', 'phone', 'ref'],
	notes: ['contact_id', 'body'],
} as const;
type Table = keyof typeof FIELDS;

export interface PocketCrm {
	url: string;
	/** A person at its screen. */
	people: Screen;
	setFault: (fault: Fault) => void;
	clearFaults: () => void;
	stop: () => Promise<void>;
}

export interface PocketCrmOptions {
	contacts?: PlainEdit[];
	rateLimit?: RateLimit;
	/** Milliseconds since the epoch; default Date.now. */
	now?: () => number;
}

export async function startPocketCrm(options: PocketCrmOptions = {}): Promise<PocketCrm> {
	const { now = Date.now } = options;
	const office = new Office(now);
	for (const contact of options.contacts ?? []) office.people.create(contact);
	const faults = new FaultBox();
	const throttle = new Throttle(options.rateLimit ?? false, now);
	const answer = async (call: Call): Promise<SimResponse> => {
		if (faults.take(['down'], call.label)) return { status: 0, hangUp: true };
		const given = gate(call, throttle) ?? played(faults, ['status'], call) ?? office.handle(call);
		return played(faults, ['statusAfterCommit', 'timeoutAfterCommit'], call) ?? given;
	};
	const server = createServer((incoming, outgoing) => {
		void callOf(incoming)
			.then(answer)
			.catch((error: unknown) => answerOf(error))
			.then((one) => send(outgoing, one));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
		people: office.people,
		setFault: (fault) => faults.set(fault),
		clearFaults: () => faults.clear(),
		stop: async () => {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}

interface Call {
	method: string;
	path: string;
	query: URLSearchParams;
	key: unknown;
	body: Record<string, unknown>;
	/** `METHOD /path?query` */
	label: string;
}

async function callOf(incoming: IncomingMessage): Promise<Call> {
	const { method = 'GET', url = '/' } = incoming;
	const { pathname, searchParams } = new URL(url, 'http://pocket');
	const body = parseJson(await textOf(incoming));
	return {
		...{ method, path: pathname, query: searchParams, label: `${method} ${url}` },
		key: incoming.headers[KEY_HEADER],
		body: isObject(body) ? body : {},
	};
}

function gate({ key, path }: Call, throttle: Throttle): SimResponse | undefined {
	if (!path.startsWith('/api/')) return json(404, { error: 'no such page' });
	if (key !== API_KEY) return json(401, { error: 'unknown API key' });
	return refuseThrottled(throttle, API_KEY, true);
}

function played(faults: FaultBox, kinds: string[], { label }: Call): SimResponse | undefined {
	const fault = faults.take(kinds, label);
	if (fault === undefined) return undefined;
	if (fault.kind === 'timeoutAfterCommit') return { status: 0, hangUp: true };
	return json(fault.status ?? 500, fault.body ?? { error: 'simulated' }, fault.headers);
}

function answerOf(error: unknown): SimResponse {
	if (error instanceof SimHttpError) return error.response;
	return text(500, `The simulator itself failed: ${String(error)}`);
}

function send(outgoing: ServerResponse, answer: SimResponse): void {
	if (answer.hangUp) {
		outgoing.destroy();
		return;
	}
	const body = answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json);
	const type = answer.json === undefined ? 'text/plain' : 'application/json';
	outgoing.writeHead(answer.status, { 'Content-Type': type, ...answer.headers });
	outgoing.end(body);
}

const DEFAULT_LIMIT = 50;

/** What is kept, and what the API does with it. */
class Office {
	private readonly tables: Record<Table, Map<number, Row>> = {
		contacts: new Map(),
		notes: new Map(),
	};
	private readonly deleted: Record<Table, Row[]> = { contacts: [], notes: [] };
	private lastId = 100;

	constructor(private readonly now: () => number) {}

	readonly people: Screen = {
		list: () => [...this.tables.contacts.values()].map(shown),
		create: (values) => shown(this.create('contacts', own(values))),
		edit: (id, values) => {
			this.edit('contacts', Number(id), own(values));
		},
		remove: (id) => {
			this.remove('contacts', Number(id));
		},
	};

	handle({ method, path, query, body }: Call): SimResponse {
		if (path === '/api/me') return json(200, { name: 'Pocket user' });
		const [, name = '', id] = /^\/api\/(contacts|notes)(?:\/(\d+))?$/.exec(path) ?? [];
		if (!isTable(name)) return json(404, { error: 'no such list' });
		if (id === undefined && method === 'GET') return json(200, this.page(name, query));
		if (id === undefined) return method === 'POST' ? this.post(name, body) : text(405, '');
		const row = this.tables[name].get(Number(id));
		if (row === undefined) return json(404, { error: 'no such record' });
		if (method === 'PUT') return json(200, this.edit(name, row.id, only(name, body)));
		if (method !== 'DELETE') return json(200, row);
		this.remove(name, row.id);
		return { status: 204 };
	}

	private post(name: Table, body: Record<string, unknown>): SimResponse {
		const values = only(name, body);
		const isAbout = this.tables.contacts.has(Number(values.contact_id));
		if (name === 'contacts' && !values.last_name) return refused('last_name');
		if (name === 'notes' && !isAbout) return refused('contact_id');
		return json(201, this.create(name, values));
	}

	private page(name: Table, query: URLSearchParams) {
		const all = query.get('deleted') === 'true' ? this.deleted[name] : this.tables[name].values();
		const since = Number(query.get('updated_since') ?? 0);
		const filters = [...query].filter(([field]) =>
			(FIELDS[name] as readonly string[]).includes(field),
		);
		const found = [...all].filter(
			(row) =>
				row.updated_at >= since &&
				filters.every(([field, value]) => String(row[field] ?? '') === value),
		);
		const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
		const from = (Number(query.get('page') ?? 1) - 1) * limit;
		const items = found.slice(from, from + limit);
		return { items, total: found.length, more: from + limit < found.length };
	}

	private create(name: Table, values: Record<string, unknown>): Row {
		this.lastId += 1;
		const empty = Object.fromEntries(FIELDS[name].map((field) => [field, null]));
		const at = this.seconds();
		const row = { ...empty, ...values, id: this.lastId, created_at: at, updated_at: at };
		this.tables[name].set(row.id, row);
		return row;
	}

	private edit(name: Table, id: number, values: Record<string, unknown>): Row {
		const row = this.tables[name].get(id);
		if (row === undefined) throw new Error(`There is no ${name} ${id}.`);
		return Object.assign(row, values, { updated_at: this.seconds() });
	}

	private seconds(): number {
		return Math.floor(this.now() / 1_000);
	}

	private remove(name: Table, id: number): void {
		const row = this.edit(name, id, {});
		this.tables[name].delete(id);
		this.deleted[name].push(row);
		const notes = [...this.tables.notes.values()].filter(({ contact_id: of }) => of === id);
		if (name === 'contacts') for (const note of notes) this.remove('notes', note.id);
	}
}

function isTable(name: string): name is Table {
	return name in FIELDS;
}

function only(name: Table, body: Record<string, unknown>): Record<string, unknown> {
	const known = Object.entries(body).filter(([field]) =>
		(FIELDS[name] as readonly string[]).includes(field),
	);
	return Object.fromEntries(known.map(([field, value]) => [field, value === '' ? null : value]));
}

function refused(field: string): SimResponse {
	return json(422, { errors: { [field]: ['is missing or unknown'] } });
}

/** A person's words in the columns that there are. */
function own({
	firstName,
	lastName,
	jobTitle,
	emails,
	phones,
}: PlainEdit): Record<string, unknown> {
	const said = {
		first_name: firstName,
		last_name: lastName,
		title: jobTitle,
		email: emails && (emails[0]?.address ?? null),
		phone: phones && (phones[0]?.number ?? null),
	};
	return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function shown(row: Row) {
	const text = (value: unknown) => (typeof value === 'string' ? value : null);
	return {
		id: String(row.id),
		firstName: text(row.first_name),
		lastName: text(row.last_name),
		jobTitle: text(row.title),
	};
}
