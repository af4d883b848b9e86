/** A plan as a page of n8n's Form node: counts, conflicts, cost and samples, and what may be answered. Pure. */
import { fieldLabel, type BackfillProgress, type Conflict } from '../../../../lib';
import { heading, paragraph, table, text } from '../../review/page/html';
import { formJson } from '../../review/page/page';
import { duration, figure, people } from './figures';

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

const MOST_FIELDS = 10;

export function planPage(plan: BackfillProgress): FormPage {
	const html = [overview(plan), conflicts(plan), cost(plan), doubts(plan), samples(plan)].join('');
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
				...{ fieldLabel: 'Create at most in each CRM (empty: all)', fieldName: 'mostCreates' },
				fieldType: 'number',
			},
			{
				...{ fieldLabel: 'Create at most per day in each CRM (empty: no limit)' },
				...{ fieldName: 'mostCreatesPerDay', fieldType: 'number' },
			},
			{ fieldName: 'run', fieldType: 'hiddenField', fieldValue: plan.run },
		]),
	};
}

function overview({ findings, readings }: BackfillProgress): string {
	const rows = Object.entries(readings).map(([system, { records }]) => {
		const { creates = 0, updates = 0 } = findings.writes[system] ?? {};
		const own = findings.onlyIn[system] ?? 0;
		return [system, records, own, creates, updates].map((cell) =>
			typeof cell === 'number' ? figure(cell) : text(cell),
		);
	});
	const pairs = findings.pairs
		.map(({ systems: [a, b], matched }) => `${a} and ${b} ${figure(matched)}`)
		.join(', ');
	const matched = `${people(findings.matched)} of ${figure(findings.clients)} stand in several CRMs (${pairs || 'no pair'}).`;
	const head = ['', 'Read', 'Only there', 'To create', 'To change'];
	return paragraph(matched) + table(head, rows);
}

function conflicts({ findings }: BackfillProgress): string {
	const sorted = [...findings.conflicts].sort((a, b) => b.clients - a.clients);
	if (sorted.length === 0) return paragraph('No field of a matched client differs.');
	const rows = sorted
		.slice(0, MOST_FIELDS)
		.map((one) => [text(fieldLabel(one.field)), figure(one.clients), text(winners(one))]);
	const more = sorted.length > MOST_FIELDS ? `And ${sorted.length - MOST_FIELDS} more fields.` : '';
	return (
		heading('Fields that differ') +
		table(['', 'Clients', 'Whose value counts'], rows) +
		(more === '' ? '' : paragraph(more))
	);
}

function winners({ winners: all }: Conflict): string {
	return Object.entries(all)
		.sort(([, a], [, b]) => b - a)
		.map(
			([system, count]) => `${system === 'asked' ? 'a person is asked' : system}: ${figure(count)}`,
		)
		.join(', ');
}

function cost({ estimates }: BackfillProgress): string {
	const rows = estimates.map(({ system, calls, seconds, daily, days }) => [
		text(system),
		figure(calls),
		text(daily === null ? '–' : `${figure(daily.remaining)} of ${figure(daily.max)}`),
		text(timeOf(days, seconds)),
	]);
	return heading('What it costs') + table(['', 'Calls', 'Left today', 'Time'], rows);
}

function timeOf(days: number | null, seconds: number | null): string {
	if (days !== null && days > 1) return `about ${figure(days)} days`;
	return days !== null && seconds === null ? 'within a day' : duration(seconds);
}

function doubts({ findings, notes }: BackfillProgress): string {
	const { review, invalid, filtered, waiting, refusals } = findings;
	const lines = [
		review > 0 ? `${figure(review)} records wait for a person: is it the same client?` : '',
		invalid > 0 ? `${figure(invalid)} records cannot be taken in.` : '',
		filtered > 0 ? `${figure(filtered)} records are left alone by the filters.` : '',
		waiting > 0 ? `${figure(waiting)} records have a change on its way already.` : '',
		...refusals.map(
			({ system, reason, clients }) => `${system} will not take ${people(clients)}: ${reason}`,
		),
		...notes,
	].filter((line) => line !== '');
	return lines.map(paragraph).join('');
}

const SAMPLES_SHOWN = 3;

function samples({ findings }: BackfillProgress): string {
	const seen = new Map<string, number>();
	const rows = findings.samples.flatMap(({ kind, records, fields, why }) => {
		const count = (seen.get(kind) ?? 0) + 1;
		seen.set(kind, count);
		if (count > SAMPLES_SHOWN) return [];
		const named = fields.length === 0 ? '' : ` (${fields.map(fieldLabel).join(', ')})`;
		return [[text(kind), text(records.join(', ')), text(why + named)]];
	});
	return rows.length === 0 ? '' : heading('Samples') + table(['', 'Records', ''], rows);
}
