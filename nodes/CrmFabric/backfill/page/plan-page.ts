/** A plan as a page of n8n's Form node: what is there, what would be written, what it costs, and what may be answered. Pure. */
import type { BackfillProgress, ObjectName } from '../../../../lib';
import { heading, paragraph, table, text } from '../../review/page/html';
import { formJson } from '../../review/page/page';
import { duration, figure, figureOrDash, people, plural } from './figures';
import { conflicts, doubts, samples } from './plan-details';

export interface FormPage {
	title: string;
	/** HTML */
	description: string;
	html: string;
	/** The fields of the form as JSON text, for the Form node. */
	form: string;
}

/** Answer -> how the run is started; what is not here refuses. */
export const START_CHOICES = {
	'Load all clients': 'all',
	'Only link those in several CRMs, create nobody': 'matched',
	'Only create those whom one CRM alone has': 'new',
} as const;
const REFUSE = 'Do nothing';

/** What no CRM holds is not spoken of. */
function withRecords(plan: BackfillProgress): BackfillProgress {
	const isThere = (object: ObjectName) =>
		Object.values(plan.readings).some(({ records }) => (records[object] ?? 0) > 0);
	return { ...plan, objects: plan.objects.filter((one) => one === 'contact' || isThere(one)) };
}

export function planPage(whole: BackfillProgress): FormPage {
	const plan = withRecords(whole);
	const parts = [overview(plan), writes(plan), conflicts(plan), cost(plan)];
	const html = [...parts, doubts(plan), samples(plan)].join('');
	return {
		title: 'Load these clients?',
		description: text(`${plan.run}. Nothing has been written so far.`),
		html,
		form: formJson([
			{ fieldType: 'html', html },
			{
				fieldLabel: 'Your answer',
				fieldName: 'answer',
				fieldType: 'radio',
				requiredField: true,
				fieldOptions: {
					values: [...Object.keys(START_CHOICES), REFUSE].map((option) => ({ option })),
				},
			},
			{
				...{ fieldLabel: 'Create at most so many clients in each CRM (empty: all)' },
				...{ fieldName: 'mostCreates', fieldType: 'number' },
			},
			{
				...{ fieldLabel: 'Create at most so many clients a day in each CRM (empty: no limit)' },
				...{ fieldName: 'mostCreatesPerDay', fieldType: 'number' },
			},
			{ fieldName: 'run', fieldType: 'hiddenField', fieldValue: plan.run },
		]),
	};
}

/** How the CRMs' records go together, object by object. */
function overview({ findings, readings, objects }: BackfillProgress): string {
	const systems = Object.keys(readings);
	const rows = objects.map((object) => {
		const own = findings[object];
		const read = systems.reduce((sum, name) => sum + (readings[name]?.records[object] ?? 0), 0);
		const only = systems.map((system) => figureOrDash(own?.onlyIn[system] ?? 0));
		return [
			text(plural(object)),
			figure(read),
			figureOrDash(own?.matched ?? 0),
			...only,
			figureOrDash(own?.review ?? 0),
		];
	});
	const onlyIn = systems.map((system) => `Only in ${text(system)}`);
	const head = ['', 'Records read', 'In several CRMs', ...onlyIn, 'To review'];
	return paragraph(summary(findings.contact)) + heading('What is there') + table(head, rows);
}

function summary(found: BackfillProgress['findings']['contact']): string {
	if (found === undefined) return 'No client was read.';
	const pairs = found.pairs
		.map(({ systems: [a, b], matched }) => `${a} and ${b} ${figure(matched)}`)
		.join(', ');
	return `${people(found.matched)} of ${figure(found.clients)} stand in several CRMs (${pairs || 'no pair'}).`;
}

/** What would be written where. */
function writes({ findings, readings, objects }: BackfillProgress): string {
	const systems = Object.keys(readings);
	const rows = objects.map((object) => [
		text(plural(object)),
		...systems.map((system) => {
			const { creates = 0, updates = 0 } = findings[object]?.writes[system] ?? {};
			const parts = [
				creates > 0 ? `${figure(creates)} new` : '',
				updates > 0 ? `${figure(updates)} changed` : '',
			].filter((part) => part !== '');
			return parts.join(', ') || '–';
		}),
	]);
	return heading('What would be written') + table(['', ...systems.map(text)], rows);
}

function cost({ estimates, objects }: BackfillProgress): string {
	const rows = estimates.map(({ system, calls, objects: own, seconds, daily, days }) => [
		text(system),
		text(objects.length > 1 ? `${figure(calls)} (${byObject(own)})` : figure(calls)),
		text(daily === null ? '–' : `${figure(daily.remaining)} of ${figure(daily.max)}`),
		text(calls === 0 ? '–' : timeOf(days, seconds)),
	]);
	return heading('What it costs') + table(['', 'Calls', 'Calls left today', 'Time'], rows);
}

function byObject(own: BackfillProgress['estimates'][number]['objects']): string {
	const told = own
		.filter(({ calls }) => calls > 0)
		.map(({ object, calls }) => `${plural(object).toLowerCase()} ${figure(calls)}`);
	return told.join(', ') || 'nothing';
}

function timeOf(days: number | null, seconds: number | null): string {
	if (days !== null && days > 1) return `about ${figure(days)} days`;
	return days !== null && seconds === null ? 'today' : duration(seconds);
}
