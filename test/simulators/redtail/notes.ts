/** Notes of contacts and of activities (reference section 8): no update. */
import { json, type SimRequest, type SimRoute } from '../framework';
import { LISTS } from './catalog';
import { BASE, contactOf, notFound, type RedtailDesk } from './contacts';
import { ItemTable, pickValues, requireText, show, type Values, type WorkItem } from './item-table';
import { pageOf } from './listing';

const NOTE_DEFAULTS: Values = {
	category_id: 2,
	note_type: 1,
	pinned: false,
	draft: false,
	body: '',
};

export function noteRoutes(desk: RedtailDesk): SimRoute[] {
	const notes = new ItemTable('notes', 40_021, desk);
	const path = `${BASE}/contacts/:id/notes`;
	const shown = (item: WorkItem) => ({
		...show(item, ['contact_id', 'activity_id']),
		category: LISTS.categories?.find(({ id }) => id === item.values.category_id)?.name ?? null,
		note_type_description: 'Note',
	});
	const add = (request: SimRequest, owner: Values) => {
		const given = pickValues(request.object(), NOTE_DEFAULTS);
		requireText(given, ['body']);
		const note = notes.add(request, { ...NOTE_DEFAULTS, ...given, ...owner });
		touch(owner);
		const success = desk.switches.createAnswer === 'success';
		return json(201, success ? { success: true, id: note.id } : { note: shown(note) });
	};
	const touch = ({ contact_id }: Values) => {
		if (!desk.switches.noteBumps || contact_id === undefined) return;
		desk.store.update(Number(contact_id), 'contact', (draft) => {
			draft.updatedAt = desk.store.now();
		});
	};
	return [
		{
			method: 'GET',
			path,
			handle: (request) => {
				const { id } = contactOf(desk, request);
				const rows = notes.live().filter(({ values }) => values.contact_id === id);
				return pageOf(request, 'notes', rows, shown);
			},
		},
		{
			method: 'POST',
			path,
			handle: (request) => add(request, { contact_id: contactOf(desk, request).id }),
		},
		{
			method: 'DELETE',
			path: `${path}/:note`,
			handle: (request) => {
				const note = notes.find(request.params.note);
				if (note.values.contact_id !== contactOf(desk, request).id) throw notFound();
				touch(note.values);
				return notes.remove(request, note);
			},
		},
		{
			method: 'POST',
			path: `${BASE}/activities/:activity/notes`,
			handle: (request) => add(request, { activity_id: Number(request.params.activity) }),
		},
	];
}
