/**
 * Tasks, events, notes, opportunities and projects: what each of them is (reference sections 9 to
 * 12).
 */

export type ValueKind = 'plain' | 'time' | 'links' | 'tags' | 'amounts' | 'custom';

export interface ResourceKind {
	/** Path under `/v1`. */
	path: string;
	/** Name of the list in the envelope. */
	key: string;
	/** Fields in the order of the read shape, with what an empty one shows. */
	fields: Record<string, { kind: ValueKind; empty: unknown }>;
	/** Without one of these, 422. */
	required: readonly string[];
	/** Of each pair exactly one may be given. */
	either: ReadonlyArray<readonly [string, string]>;
	canDelete: boolean;
	/** Whether `resource_id` and `resource_type` filter; opportunities ignore them. */
	byResource: boolean;
	/** Of its custom fields. */
	documentType?: string;
	/** Filters that compare a field for equality. */
	equals: Record<string, string>;
}

const plain = (empty: unknown = null) => ({ kind: 'plain' as const, empty });
const TIME = { kind: 'time' as const, empty: null };
const LINKS = { kind: 'links' as const, empty: [] };
const CUSTOM = { kind: 'custom' as const, empty: [] };
const EVERYONE = plain('Everyone');

export const TASKS: ResourceKind = {
	path: 'tasks',
	key: 'tasks',
	documentType: 'Task',
	fields: {
		name: plain(),
		due_date: TIME,
		frame: plain('specific'),
		complete: plain(false),
		completer: plain(),
		repeats: plain(false),
		category: plain(),
		priority: plain('Medium'),
		visible_to: EVERYONE,
		description: plain(''),
		assigned_to: plain(),
		assigned_to_team: plain(),
		due_later: plain(''),
		linked_to: LINKS,
		custom_fields: CUSTOM,
		subtasks: plain([]),
	},
	required: ['name'],
	either: [
		['due_date', 'frame'],
		['assigned_to', 'assigned_to_team'],
	],
	canDelete: true,
	byResource: true,
	equals: {
		assigned_to: 'assigned_to',
		assigned_to_team: 'assigned_to_team',
		created_by: 'creator',
	},
};

export const EVENTS: ResourceKind = {
	path: 'events',
	key: 'events',
	documentType: 'Event',
	fields: {
		title: plain(),
		starts_at: TIME,
		ends_at: TIME,
		repeats: plain(false),
		event_category: plain(),
		all_day: plain(false),
		location: plain(''),
		description: plain(''),
		state: plain('unconfirmed'),
		visible_to: EVERYONE,
		email_invitees: plain(false),
		linked_to: LINKS,
		invitees: LINKS,
		custom_fields: CUSTOM,
	},
	required: ['title', 'starts_at', 'ends_at'],
	either: [],
	canDelete: true,
	byResource: true,
	equals: {},
};

export const NOTES: ResourceKind = {
	path: 'notes',
	key: 'status_updates',
	fields: {
		content: plain(),
		visible_to: EVERYONE,
		linked_to: LINKS,
		tags: { kind: 'tags', empty: [] },
	},
	required: ['content'],
	either: [],
	canDelete: false,
	byResource: true,
	equals: {},
};

export const OPPORTUNITIES: ResourceKind = {
	path: 'opportunities',
	key: 'opportunities',
	documentType: 'Opportunity',
	fields: {
		name: plain(),
		description: plain(''),
		target_close: TIME,
		probability: plain(),
		stage: plain(),
		manager: plain(),
		amounts: { kind: 'amounts', empty: [] },
		linked_to: LINKS,
		visible_to: EVERYONE,
		next_step: plain(''),
		custom_fields: CUSTOM,
	},
	required: ['name', 'target_close', 'probability', 'stage', 'amounts'],
	either: [],
	canDelete: true,
	byResource: false,
	equals: {},
};

export const PROJECTS: ResourceKind = {
	path: 'projects',
	key: 'projects',
	documentType: 'Project',
	fields: {
		name: plain(),
		description: plain(),
		organizer: plain(),
		visible_to: EVERYONE,
		custom_fields: CUSTOM,
	},
	required: ['name', 'description'],
	either: [],
	canDelete: false,
	byResource: false,
	equals: {},
};
