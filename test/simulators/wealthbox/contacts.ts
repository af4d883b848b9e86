/** `/contacts` and `/households/{id}/members`. */
import { setTimeout as delay } from 'node:timers/promises';
import {
	isObject,
	json,
	SimHttpError,
	type FaultBox,
	type Snapshots,
	type SimRequest,
	type SimResponse,
	type SimRoute,
} from '../framework';
import { HOUSEHOLD_TITLES } from './catalog';
import { contactQuery, listContacts } from './filters';
import { renderContact } from './render';
import type { WealthboxContact, WealthboxStore } from './store';
import type { WealthboxSwitches } from './switches';
import { applyBody, malformed, refused, splitPersonName, typeOf } from './write';

export interface WealthboxDesk {
	store: WealthboxStore;
	switches: WealthboxSwitches;
	faults: FaultBox;
	snapshots: Snapshots;
}

export function notFound(): SimHttpError {
	return new SimHttpError(json(404, { error: 'Not found' }));
}

function contactOf(desk: WealthboxDesk, id: string | undefined): WealthboxContact {
	const contact = desk.store.get(Number(id));
	if (!contact) throw notFound();
	return contact;
}

function show(desk: WealthboxDesk, id: number): Record<string, unknown> {
	const contact = contactOf(desk, String(id));
	return renderContact(contact, desk.store, desk.switches.timeZone);
}

function context({ store, switches }: WealthboxDesk) {
	return { store, strictCategories: switches.strictCategories };
}

/**
 * `household: {name, title}` puts a person into the household of that name, made if there is none.
 */
function wantedHousehold(given: unknown): { name: string; title: string } | undefined {
	if (given === undefined || given === null) return undefined;
	if (!isObject(given)) throw malformed('household');
	const { name, title = 'Head' } = given;
	if (typeof name !== 'string' || name === '') return undefined;
	requireTitle(title);
	return { name, title };
}

function joinHousehold(
	{ store }: WealthboxDesk,
	contact: WealthboxContact,
	wanted: ReturnType<typeof wantedHousehold>,
): boolean {
	if (!wanted || contact.type !== 'Person') return false;
	const household =
		store.householdNamed(wanted.name) ??
		store.create('Household', (draft) => {
			draft.values.name = wanted.name;
		});
	return store.addMember(household.id, contact.id, wanted.title);
}

function requireTitle(title: unknown): asserts title is string {
	if (typeof title !== 'string' || !HOUSEHOLD_TITLES.includes(title)) {
		throw refused('title', 'is not included in the list');
	}
}

function createContact(desk: WealthboxDesk, request: SimRequest): SimResponse {
	const given = request.object();
	const type = typeOf(given);
	const body = type === 'Person' ? splitPersonName(given) : given;
	const household = wantedHousehold(body.household);
	const contact = desk.store.create(type, (draft) => applyBody(draft, body, context(desk)));
	joinHousehold(desk, contact, household);
	request.wrote({ recordId: String(contact.id), changedAnything: true });
	return json(desk.switches.createStatus, show(desk, contact.id));
}

function updateContact(desk: WealthboxDesk, request: SimRequest): SimResponse {
	const contact = contactOf(desk, request.params.id);
	const body = request.object();
	const household = wantedHousehold(body.household);
	const changed = desk.store.update(contact.id, (draft) => applyBody(draft, body, context(desk)));
	const joined = joinHousehold(desk, contact, household);
	request.wrote({ recordId: String(contact.id), changedAnything: changed || joined });
	return json(200, show(desk, contact.id));
}

function deleteContact(desk: WealthboxDesk, request: SimRequest): SimResponse {
	const contact = contactOf(desk, request.params.id);
	const shown = show(desk, contact.id);
	desk.store.delete(contact.id);
	request.wrote({ recordId: String(contact.id), changedAnything: true });
	return desk.switches.deleteAnswer === 'body' ? json(200, shown) : { status: 204 };
}

function householdOf(desk: WealthboxDesk, request: SimRequest): WealthboxContact {
	const household = contactOf(desk, request.params.household);
	if (household.type !== 'Household') throw notFound();
	return household;
}

/**
 * Fault `householdRace` (`ms`): between reading and writing the member list time passes, so that
 * parallel calls lose members, as they do at Wealthbox.
 */
async function addMember(desk: WealthboxDesk, request: SimRequest): Promise<SimResponse> {
	const household = householdOf(desk, request);
	const { id, title = 'Head' } = request.object();
	const member = contactOf(desk, String(id));
	requireTitle(title);
	const race = desk.faults.take(['householdRace'], `${request.method} ${request.path}`);
	let changedAnything: boolean;
	if (race) {
		const seen = desk.store
			.members(household.id)
			.filter(({ contactId }) => contactId !== member.id);
		await delay(race.ms ?? 50, undefined, { signal: request.signal });
		desk.store.writeMembers(household.id, [...seen, { contactId: member.id, title }], member.id);
		changedAnything = true;
	} else {
		changedAnything = desk.store.addMember(household.id, member.id, title);
	}
	request.wrote({ recordId: String(household.id), changedAnything });
	return json(200, show(desk, household.id));
}

function removeMember(desk: WealthboxDesk, request: SimRequest): SimResponse {
	const household = householdOf(desk, request);
	if (!desk.store.removeMember(household.id, Number(request.params.id))) throw notFound();
	request.wrote({ recordId: String(household.id), changedAnything: true });
	return { status: 204 };
}

export function contactRoutes(desk: WealthboxDesk): SimRoute[] {
	const { store, switches } = desk;
	return [
		{
			method: 'GET',
			path: '/v1/contacts',
			handle: (request) => {
				const query = contactQuery(request.query, switches);
				const rows = listContacts(query, store, switches);
				const render = (row: WealthboxContact) => renderContact(row, store, switches.timeZone);
				return query.page('contacts', rows, render, switches.paging);
			},
		},
		{ method: 'POST', path: '/v1/contacts', handle: (request) => createContact(desk, request) },
		{
			method: 'GET',
			path: '/v1/contacts/:id',
			handle: ({ params }) => json(200, show(desk, Number(params.id))),
		},
		{ method: 'PUT', path: '/v1/contacts/:id', handle: (request) => updateContact(desk, request) },
		{
			method: 'DELETE',
			path: '/v1/contacts/:id',
			handle: (request) => deleteContact(desk, request),
		},
		{
			method: 'POST',
			path: '/v1/households/:household/members',
			handle: (request) => addMember(desk, request),
		},
		{
			method: 'DELETE',
			path: '/v1/households/:household/members/:id',
			handle: (request) => removeMember(desk, request),
		},
	];
}
