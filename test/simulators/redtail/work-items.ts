/** Activities and opportunities (reference sections 9 and 10). */
import { isObject, json, type SimRequest, type SimRoute } from '../framework';
import { LISTS, OPPORTUNITY_STAGES } from './catalog';
import { BASE, type RedtailDesk } from './contacts';
import { ItemTable, pickValues, requireText, show, type Values, type WorkItem } from './item-table';
import { includesOf, pageOf } from './listing';
import { formatTime } from './render';
import { refused } from './write';

const ACTIVITY_DEFAULTS: Values = {
	subject: null,
	description: null,
	location: null,
	activity_code_id: 3,
	category_id: 2,
	all_day: false,
	start_date: null,
	end_date: null,
	importance: 2,
	priority: null,
	percentdone: null,
	repeats: 'never',
	completed: false,
	completed_at: null,
	instanced: false,
	share_with_client: false,
	linked_contacts: [],
	attendees: [],
};

function requireTimes(values: Values): void {
	requireText(values, ['subject', 'start_date', 'end_date']);
	for (const name of ['start_date', 'end_date']) {
		if (Number.isNaN(Date.parse(String(values[name])))) throw refused(`${name} is invalid`);
	}
}

/** Whether an activity touches the days from `start_date` to `end_date`; without them, always. */
function inWindow({ query }: SimRequest, { values }: WorkItem): boolean {
	const from = Date.parse(query.get('start_date') ?? '');
	const lastDay = Date.parse(query.get('end_date') ?? '');
	const startsBeforeEnd =
		Number.isNaN(lastDay) || Date.parse(String(values.start_date)) < lastDay + 86_400_000;
	return startsBeforeEnd && (Number.isNaN(from) || Date.parse(String(values.end_date)) >= from);
}

function activityRoutes(desk: RedtailDesk): SimRoute[] {
	const activities = new ItemTable('activities', 66_001, desk);
	const path = `${BASE}/activities`;
	const one = `${path}/:id`;
	const shown =
		(request: SimRequest, withLinks = true) =>
		(item: WorkItem) =>
			show(
				item,
				withLinks && includesOf(request).has('linked_contacts') ? [] : ['linked_contacts'],
			);
	const answer = (status: number, request: SimRequest, item: WorkItem) =>
		json(status, { activity: shown(request)(item) });
	const update = (request: SimRequest) => {
		const item = activities.find(request.params.id);
		const given = pickValues(request.object(), ACTIVITY_DEFAULTS);
		const values = linkedValues(desk, { ...item.values, ...mergedLinks(desk, item, given) });
		requireTimes(values);
		values.completed_at = completedAt(desk, item, values);
		activities.change(request, item, values);
		return answer(200, request, item);
	};
	return [
		{
			method: 'GET',
			path,
			handle: (request) => {
				const rows = activities.live().filter((item) => inWindow(request, item));
				const { linksInLists } = desk.switches;
				return pageOf(request, 'activities', rows, shown(request, linksInLists));
			},
		},
		{
			method: 'POST',
			path,
			handle: (request) => {
				const given = pickValues(request.object(), ACTIVITY_DEFAULTS);
				const values = linkedValues(desk, { ...ACTIVITY_DEFAULTS, ...given });
				requireTimes(values);
				return answer(201, request, activities.add(request, values));
			},
		},
		{
			method: 'GET',
			path: one,
			handle: (request) => answer(200, request, activities.find(request.params.id)),
		},
		{ method: 'PUT', path: one, handle: update },
		{ method: 'PATCH', path: one, handle: update },
		{
			method: 'DELETE',
			path: one,
			handle: (request) => activities.remove(request, activities.find(request.params.id)),
		},
	];
}

/** When it was completed; nobody may set that. */
function completedAt({ store }: RedtailDesk, item: WorkItem, { completed }: Values): unknown {
	if (completed !== true) return null;
	return item.values.completed_at ?? formatTime(store.now());
}

/** What a PUT makes of the links that are there. */
function mergedLinks({ switches }: RedtailDesk, { values }: WorkItem, given: Values): Values {
	const isMerged = switches.linkedContactsInPut === 'merge';
	if (!isMerged || !Array.isArray(given.linked_contacts)) return given;
	const there = linksOf(values);
	const added = (given.linked_contacts as unknown[]).filter(
		(link) => isObject(link) && !there.some((one) => one.contact_id === Number(link.contact_id)),
	);
	return { ...given, linked_contacts: [...there, ...added] };
}

/** Links to contacts that are there, with what the API shows of them. */
function linkedValues({ store }: RedtailDesk, values: Values): Values {
	const given = values.linked_contacts;
	if (!Array.isArray(given)) throw refused('linked_contacts is invalid');
	const linked_contacts = (given as unknown[]).map((link) => {
		const contact = store.find(isObject(link) ? Number(link.contact_id) : NaN);
		if (!contact) throw refused('linked_contacts is invalid');
		const { first_name, last_name } = contact.values;
		return { contact_id: contact.id, type: contact.type, first_name, last_name };
	});
	return { ...values, linked_contacts };
}

const linksOf = (values: Values) => values.linked_contacts as Array<{ contact_id: number }>;

const OPPORTUNITY_DEFAULTS: Values = {
	name: null,
	description: null,
	opportunity_type: 2,
	stage_id: 3,
	source_id: null,
	assigned_to: null,
	amount: null,
	probability: null,
	close_date: null,
	next_step: null,
	projected_revenue: null,
	actual_revenue: null,
	linked_contacts: [],
};

function requireListed(values: Values, name: string, list: ReadonlyArray<{ id: number }>): void {
	const value = values[name];
	if (value !== null && !list.some(({ id }) => id === Number(value)))
		throw refused(`${name} is invalid`);
}

/** Money is text, with at least one decimal. */
function moneyAsText(values: Values): Values {
	const money = ['amount', 'projected_revenue', 'actual_revenue'].map((name) => {
		const value = values[name];
		if (value === null || value === undefined || value === '') return [name, null];
		const number = Number(value);
		if (!Number.isFinite(number)) throw refused(`${name} is invalid`);
		return [name, Number.isInteger(number) ? number.toFixed(1) : String(number)];
	});
	return { ...values, ...Object.fromEntries(money) };
}

function opportunityRoutes(desk: RedtailDesk): SimRoute[] {
	const opportunities = new ItemTable('opportunities', 3_301, desk);
	const path = `${BASE}/opportunities`;
	const one = `${path}/:id`;
	const merged = (before: WorkItem | null, request: SimRequest) => {
		const given = pickValues(request.object(), OPPORTUNITY_DEFAULTS);
		const kept = before === null ? given : mergedLinks(desk, before, given);
		const values = moneyAsText(
			linkedValues(desk, { ...(before?.values ?? OPPORTUNITY_DEFAULTS), ...kept }),
		);
		requireListed(values, 'stage_id', OPPORTUNITY_STAGES);
		requireListed(values, 'opportunity_type', LISTS.opportunity_types ?? []);
		requireText(values, ['name']);
		return values;
	};
	const shown = (item: WorkItem) => ({
		...show(item),
		opportunity_type_description:
			LISTS.opportunity_types?.find(({ id }) => id === item.values.opportunity_type)?.name ?? null,
		stage: OPPORTUNITY_STAGES.find(({ id }) => id === item.values.stage_id)?.code ?? null,
		source: LISTS.sources?.find(({ id }) => id === item.values.source_id)?.name ?? null,
	});
	const listed = (item: WorkItem) => {
		const { linked_contacts, ...rest } = shown(item) as Values;
		return desk.switches.linksInLists ? { ...rest, linked_contacts } : rest;
	};
	const fits = ({ query }: SimRequest) => {
		const [contactId, stageId] = [query.get('contact_id'), query.get('stage_id')];
		return ({ values }: WorkItem) =>
			(!stageId || values.stage_id === Number(stageId)) &&
			(!contactId || linksOf(values).some(({ contact_id }) => contact_id === Number(contactId)));
	};
	return [
		{
			method: 'GET',
			path,
			handle: (request) =>
				pageOf(request, 'opportunities', opportunities.live().filter(fits(request)), listed),
		},
		{
			method: 'POST',
			path,
			handle: (request) => {
				const item = opportunities.add(request, merged(null, request));
				const success = desk.switches.createAnswer === 'success';
				return json(201, success ? { success: true, id: item.id } : { opportunity: shown(item) });
			},
		},
		{
			method: 'GET',
			path: one,
			handle: ({ params }) => json(200, { opportunity: shown(opportunities.find(params.id)) }),
		},
		{
			method: 'PUT',
			path: one,
			handle: (request) => {
				const item = opportunities.find(request.params.id);
				opportunities.change(request, item, merged(item, request));
				return { status: 204 };
			},
		},
		{
			method: 'DELETE',
			path: one,
			handle: (request) => opportunities.remove(request, opportunities.find(request.params.id)),
		},
	];
}

export function workItemRoutes(desk: RedtailDesk): SimRoute[] {
	return [...activityRoutes(desk), ...opportunityRoutes(desk)];
}
