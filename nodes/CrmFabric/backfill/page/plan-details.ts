/** The finer points of a plan: which values differ, what is in doubt, and some records to look at. Pure. */
import {
	counted,
	fieldLabel,
	type BackfillProgress,
	type Conflict,
	type ObjectName,
	type PlanSample,
} from '../../../../lib';
import { heading, paragraph, table, text } from '../../review/page/html';
import { figure, people, plural } from './figures';

const MOST_FIELDS = 12;

export function conflicts({ findings, objects }: BackfillProgress): string {
	const all = objects.flatMap((object) =>
		(findings[object]?.conflicts ?? []).map((conflict) => ({ object, ...conflict })),
	);
	if (all.length === 0) return paragraph('No field of what stands in several CRMs differs.');
	const isAlone = objects.length === 1;
	const rows = all
		.sort((a, b) => b.clients - a.clients)
		.slice(0, MOST_FIELDS)
		.map((one) => [
			text(isAlone ? fieldLabel(one.field) : `${plural(one.object)}: ${fieldLabel(one.field)}`),
			figure(one.clients),
			text(winners(one)),
		]);
	const left = all.length - rows.length;
	const more = left > 0 ? paragraph(`And ${left} more fields.`) : '';
	return heading('Fields that differ') + table(['', 'How many', 'Whose value counts'], rows) + more;
}

function winners({ winners: all }: Conflict): string {
	return Object.entries(all)
		.sort(([, a], [, b]) => b - a)
		.map(
			([system, count]) => `${system === 'asked' ? 'a person is asked' : system}: ${figure(count)}`,
		)
		.join(', ');
}

export function doubts({ findings, objects, notes }: BackfillProgress): string {
	const lines = [...objects.flatMap((object) => doubtsOf(object, findings[object])), ...notes];
	return lines.length === 0 ? '' : heading('Please note') + lines.map(paragraph).join('');
}

function doubtsOf(object: ObjectName, found: BackfillProgress['findings'][ObjectName]): string[] {
	if (found === undefined) return [];
	const { review, invalid, filtered, waiting, lacksClient, refusals } = found;
	const of = (count: number, said: string) => (count > 0 ? said : '');
	const records = (count: number) =>
		object === 'contact' ? `${figure(count)} records` : counted(count, object);
	return [
		of(review, `${records(review)} wait for a person: is it the same client?`),
		of(
			lacksClient,
			`${records(lacksClient)} name a client who is not known (yet): each waits until its client is.`,
		),
		of(invalid, `${records(invalid)} cannot be taken in.`),
		of(filtered, `${records(filtered)} are left alone by the filters.`),
		of(waiting, `${records(waiting)} have changes on their way already.`),
		...refusals.map(
			({ system, reason, clients }) => `${system} will not take ${people(clients)}: ${reason}`,
		),
	].filter((line) => line !== '');
}

const KINDS: Record<PlanSample['kind'], string> = {
	matched: 'The same',
	new: 'New',
	conflict: 'Differs',
	review: 'To review',
	invalid: 'Not taken in',
};
/** Of a kind, for clients and for what belongs to them. */
const SHOWN = { contact: 3, other: 1 };

export function samples({ findings, objects }: BackfillProgress): string {
	const rows = objects.flatMap((object) => {
		const seen = new Map<string, number>();
		return (findings[object]?.samples ?? []).flatMap(({ kind, title, records, fields, why }) => {
			const count = (seen.get(kind) ?? 0) + 1;
			seen.set(kind, count);
			if (count > (object === 'contact' ? SHOWN.contact : SHOWN.other)) return [];
			const named = fields.length === 0 ? '' : ` (${fields.map(fieldLabel).join(', ')})`;
			const name = objects.length === 1 ? KINDS[kind] : `${plural(object)}: ${KINDS[kind]}`;
			return [[text(name), text(title ?? '–'), text(records.join(', ')), text(why + named)]];
		});
	});
	return rows.length === 0 ? '' : heading('Samples') + table(['', 'Name', 'Records', ''], rows);
}
