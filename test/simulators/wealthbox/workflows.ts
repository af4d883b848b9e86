/**
 * Workflows with their steps, and the read-only lists beside them (reference sections 12 and 13).
 */
import { isObject, json, type SimRequest, type SimResponse, type SimRoute } from '../framework';
import { CURRENT_USER } from './catalog';
import { notFound, type WealthboxDesk } from './contacts';
import { inUpdatedWindow, ListQuery } from './listing';
import { contactName } from './render';
import { formatTime } from './time';
import { malformed, refused } from './write';

interface Workflow {
	id: number;
	templateId: number;
	label: string;
	contactIds: number[];
	createdAt: number;
	updatedAt: number;
	steps: Array<{ id: number; name: string; completedAt: number | null }>;
}

interface WorkflowState {
	workflows: Workflow[];
	stepCount: number;
}

const TEMPLATES = [
	{ id: 501, name: 'New Client Onboarding', steps: ['Send welcome kit', 'Open accounts'] },
	{ id: 502, name: 'Annual Review', steps: ['Prepare report'] },
];
const FIRST_ID = 6_001;
const FIRST_STEP_ID = 6_501;
const MAX_WORKFLOWS = 10_000;

class WorkflowDesk {
	private workflows: Workflow[] = [];
	private stepCount = 0;

	constructor(
		private readonly desk: WealthboxDesk,
		private readonly now: () => number,
	) {
		desk.snapshots.keep<WorkflowState>('workflows', {
			save: () => ({ workflows: this.workflows, stepCount: this.stepCount }),
			restore: ({ workflows, stepCount }) => {
				this.workflows = workflows;
				this.stepCount = stepCount;
			},
		});
	}

	list(request: SimRequest): SimResponse {
		const names = ['resource_id', 'resource_type', 'status', 'updated_since', 'updated_before'];
		const query = new ListQuery(request.query, names, this.desk.switches.timeZone);
		const id = query.scalar('resource_id');
		const status = query.scalar('status');
		const rows = this.workflows.filter(
			(workflow) =>
				inUpdatedWindow(query, workflow.updatedAt) &&
				(id === undefined || workflow.contactIds.includes(Number(id))) &&
				(status === undefined || status === statusOf(workflow)),
		);
		return query.page('workflows', rows, (row) => this.show(row), this.desk.switches.paging);
	}

	get(request: SimRequest): SimResponse {
		return json(200, this.show(this.find(request)));
	}

	create(request: SimRequest): SimResponse {
		if (this.workflows.length >= MAX_WORKFLOWS) throw refused('workflows', 'are too many');
		const body = request.object();
		const template = TEMPLATES.find(({ id }) => id === body.workflow_template);
		if (!template) throw refused('workflow_template', 'does not exist');
		const now = this.now();
		const workflow: Workflow = {
			id: FIRST_ID + this.workflows.length,
			templateId: template.id,
			label: typeof body.label === 'string' ? body.label : template.name,
			contactIds: this.contactsOf(body.linked_to),
			createdAt: now,
			updatedAt: now,
			steps: template.steps.map((name) => ({ id: this.stepId(), name, completedAt: null })),
		};
		this.workflows.push(workflow);
		request.wrote({ recordId: String(workflow.id), changedAnything: true });
		return json(this.desk.switches.createStatus, this.show(workflow));
	}

	/** `{complete: true}` or `{revert: true}`; an empty body finds nothing. */
	updateStep(request: SimRequest): SimResponse {
		const workflow = this.find(request);
		const step = workflow.steps.find(({ id }) => id === Number(request.params.step));
		const { complete, revert } = request.object();
		if (!step || (complete !== true && revert !== true)) throw notFound();
		const isDone = step.completedAt !== null;
		const changedAnything = isDone !== (complete === true);
		if (changedAnything) {
			workflow.updatedAt = this.now();
			step.completedAt = complete === true ? this.now() : null;
		}
		request.wrote({ recordId: String(workflow.id), changedAnything });
		return json(200, this.show(workflow));
	}

	private stepId(): number {
		this.stepCount += 1;
		return FIRST_STEP_ID + this.stepCount - 1;
	}

	private contactsOf(given: unknown): number[] {
		if (given === undefined) return [];
		if (!Array.isArray(given)) throw malformed('linked_to');
		return (given as unknown[]).map((link) => {
			const id = isObject(link) ? Number(link.id) : NaN;
			if (!this.desk.store.get(id)) throw refused('linked_to', 'not found');
			return id;
		});
	}

	private find({ params }: SimRequest): Workflow {
		const workflow = this.workflows.find(({ id }) => id === Number(params.id));
		if (!workflow) throw notFound();
		return workflow;
	}

	/** Unset times are empty text here, not null. */
	private show(workflow: Workflow): Record<string, unknown> {
		const { steps, contactIds } = workflow;
		const time = (ms: number | null | undefined) =>
			ms ? formatTime(ms, this.desk.switches.timeZone) : '';
		const isDone = statusOf(workflow) === 'completed';
		const active = steps.find(({ completedAt }) => completedAt === null);
		return {
			id: workflow.id,
			creator: CURRENT_USER.id,
			created_at: time(workflow.createdAt),
			updated_at: time(workflow.updatedAt),
			label: workflow.label,
			workflow_template: workflow.templateId,
			starts_at: '',
			completed_at: isDone ? time(steps.at(-1)?.completedAt) : '',
			linked_to: contactIds.map((id) => {
				const contact = this.desk.store.find(id);
				return { id, type: 'Contact', name: contact ? contactName(contact) : '' };
			}),
			active_step: active ? { id: active.id, name: active.name } : null,
			workflow_steps: steps.map(({ id, name, completedAt }) => ({
				id,
				name,
				completed_at: time(completedAt),
				due_date: '',
			})),
		};
	}
}

function statusOf({ steps }: Workflow): 'active' | 'completed' {
	return steps.every(({ completedAt }) => completedAt !== null) ? 'completed' : 'active';
}

/** Comments and the activity stream are always empty: nothing in the simulator makes any. */
export function workflowRoutes(desk: WealthboxDesk, now: () => number): SimRoute[] {
	const workflows = new WorkflowDesk(desk, now);
	const path = '/v1/workflows';
	const list = (key: string, rows: unknown[]) => (request: SimRequest) =>
		new ListQuery(request.query, ['resource_id', 'resource_type'], desk.switches.timeZone).page(
			key,
			rows,
			(row) => row,
			desk.switches.paging,
		);
	const templates = TEMPLATES.map(({ id, name }) => ({ id, name }));
	return [
		{ method: 'GET', path, handle: (request) => workflows.list(request) },
		{ method: 'POST', path, handle: (request) => workflows.create(request) },
		{ method: 'GET', path: `${path}/:id`, handle: (request) => workflows.get(request) },
		{
			method: 'PUT',
			path: `${path}/:id/steps/:step`,
			handle: (request) => workflows.updateStep(request),
		},
		{
			method: 'GET',
			path: '/v1/workflow_templates',
			handle: list('workflow_templates', templates),
		},
		{ method: 'GET', path: '/v1/comments', handle: list('comments', []) },
		{
			method: 'GET',
			path: '/v1/activity',
			handle: () => json(200, { stream_items: [], meta: { next_cursor: null } }),
		},
	];
}
