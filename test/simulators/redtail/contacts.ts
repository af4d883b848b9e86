/** `/contacts`, its searches, and `/contacts/{id}`. */
import {
	json,
	SimHttpError,
	type SimRequest,
	type SimResponse,
	type SimRoute,
	type Snapshots,
} from '../framework';
import type { RedtailAuth } from './auth';
import {
	ALL_SEARCHES,
	BASIC_SEARCHES,
	includesOf,
	pageOf,
	searchTest,
	updatedSinceTest,
} from './listing';
import { renderBasic, renderContact } from './render';
import type { RedtailContact, RedtailStore } from './store';
import type { RedtailSwitches } from './switches';
import { appendSubs, applyScalars, typeOf } from './write';

export const BASE = '/api/public/v1';

export interface RedtailDesk {
	store: RedtailStore;
	switches: RedtailSwitches;
	auth: RedtailAuth;
	snapshots: Snapshots;
}

export function notFound(): SimHttpError {
	return new SimHttpError(json(404, { message: 'Record not found' }));
}

/** The contact of the path; deleted ones are not found. */
export function contactOf({ store }: RedtailDesk, request: SimRequest): RedtailContact {
	const contact = store.get(Number(request.params.id));
	if (!contact) throw notFound();
	return contact;
}

/** 403 for the whole call when a restricted user names a field that is not his to set. */
function refuseForbidden({ auth, switches }: RedtailDesk, request: SimRequest): void {
	if (!auth.userOf(request).restricted) return;
	const sent = Object.keys(request.object());
	const forbidden = switches.forbiddenFields.filter((field) => sent.includes(field));
	if (forbidden.length === 0) return;
	const message = `User Forbidden from Updating ${forbidden.join(', ')}`;
	throw new SimHttpError(json(403, { message }));
}

function list(
	desk: RedtailDesk,
	request: SimRequest,
	fits: (contact: RedtailContact) => boolean,
	render: (contact: RedtailContact) => unknown,
): SimResponse {
	const { store, switches } = desk;
	const rows = [...store.all()].filter(
		(contact) => (switches.deletedInLists || !contact.deleted) && fits(contact),
	);
	return pageOf(request, 'contacts', rows, render, { sized: true });
}

function fullRows(desk: RedtailDesk, request: SimRequest) {
	const include = includesOf(request);
	return (contact: RedtailContact) => renderContact(desk.store, contact, include);
}

function plainList(desk: RedtailDesk, request: SimRequest): SimResponse {
	const heeds = desk.switches.updatedSinceOnList;
	const fits = heeds ? updatedSinceTest(request) : () => true;
	return list(desk, request, fits, fullRows(desk, request));
}

function search(desk: RedtailDesk, request: SimRequest): SimResponse {
	const matches = searchTest(request, ALL_SEARCHES);
	const isRecent = updatedSinceTest(request);
	const fits = (contact: RedtailContact) => matches(contact) && isRecent(contact);
	return list(desk, request, fits, fullRows(desk, request));
}

function show(desk: RedtailDesk, request: SimRequest, contact: RedtailContact) {
	return { contact: renderContact(desk.store, contact, includesOf(request)) };
}

function getContact(desk: RedtailDesk, request: SimRequest): SimResponse {
	const contact = desk.store.find(Number(request.params.id));
	if (!contact || (contact.deleted && desk.switches.getAfterDelete === '404')) throw notFound();
	return json(200, show(desk, request, contact));
}

function createContact(desk: RedtailDesk, request: SimRequest): SimResponse {
	refuseForbidden(desk, request);
	const { store, switches, auth } = desk;
	const body = request.object();
	const contact = store.create(typeOf(body), auth.userOf(request).id, (draft) => {
		applyScalars(draft, body, store);
		appendSubs(draft, body, store);
	});
	request.wrote({ recordId: String(contact.id), changedAnything: true });
	if (switches.createAnswer === 'success') return json(201, { success: true, id: contact.id });
	return json(201, show(desk, request, contact));
}

function updateContact(desk: RedtailDesk, request: SimRequest): SimResponse {
	refuseForbidden(desk, request);
	const { store, switches } = desk;
	const { id } = contactOf(desk, request);
	const body = request.object();
	const changedAnything = store.update(id, 'contact', (draft) => {
		applyScalars(draft, body, store);
		if (switches.nestedInPut === 'append') appendSubs(draft, body, store);
	});
	request.wrote({ recordId: String(id), changedAnything });
	return json(200, show(desk, request, contactOf(desk, request)));
}

function deleteContact(desk: RedtailDesk, request: SimRequest): SimResponse {
	const { id } = contactOf(desk, request);
	desk.store.delete(id);
	request.wrote({ recordId: String(id), changedAnything: true });
	return { status: 204 };
}

export function contactRoutes(desk: RedtailDesk): SimRoute[] {
	const path = `${BASE}/contacts`;
	const one = `${path}/:id`;
	return [
		{ method: 'GET', path, handle: (request) => plainList(desk, request) },
		{ method: 'GET', path: `${path}/search`, handle: (request) => search(desk, request) },
		{
			method: 'GET',
			path: `${path}/search_basic`,
			handle: (request) => list(desk, request, searchTest(request, BASIC_SEARCHES), renderBasic),
		},
		{ method: 'POST', path, handle: (request) => createContact(desk, request) },
		{ method: 'GET', path: one, handle: (request) => getContact(desk, request) },
		{ method: 'PUT', path: one, handle: (request) => updateContact(desk, request) },
		{ method: 'DELETE', path: one, handle: (request) => deleteContact(desk, request) },
	];
}
