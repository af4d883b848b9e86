/** What a page shows above the answers, by kind of review. HTML made of {@link ./html} only. */
import { fieldLabel, type EntityView, type ReviewRow, type ValueSource } from '../../../../lib';
import { nameOf } from '../question-text';
import { heading, lines, paragraph, table, text } from './html';
import { oneRecord, sideBySide, type Column } from './records';
import { shownLines } from './values';

/** What the fabric knows of the clients that the review names, as of now. */
export type KnownClients = ReadonlyMap<string, EntityView>;

export interface Body {
	title: string;
	/** HTML */
	html: string;
	/** Plain text; null: none. */
	suggestion: string | null;
}

export function bodyOf(review: ReviewRow, known: KnownClients): Body {
	switch (review.kind) {
		case 'identity':
		case 'new-entity':
			return identityBody(review, known);
		case 'value':
		case 'custom':
			return valueBody(review, known);
		case 'removal':
			return asked('May this record be removed, too?', review, known);
		case 'breaker':
			return asked('May this run go on?', review, known);
		case 'duplicate':
			return asked('Two records of one client', review, known);
	}
}

type Candidate = ReviewRow['question']['candidates'][number];

function identityBody(review: ReviewRow, known: KnownClients): Body {
	const { record, reason, candidates } = review.question;
	const left = { head: `New record<br>${address(review)}`, fields: record };
	const suggestion = suggestionOf(candidates);
	const tables = candidates.map((candidate) => {
		const { unifiedId, score, evidence, fields } = candidate;
		const client = known.get(unifiedId);
		const right = { head: clientHead(unifiedId, client), fields: client?.fields ?? fields };
		// Where a rule speaks against it, the figure alone would mislead.
		const figure = (evidence.rules ?? []).length > 0 ? '' : `: ${percent(score)} likely`;
		return (
			heading(`${unifiedId} ${nameOf(fields)}${figure}`) +
			sideBySide(left, right, evidence) +
			against(candidate)
		);
	});
	const shown = tables.length > 0 ? tables.join('') : oneRecord(left);
	return {
		title: 'Is this the same client?',
		html: paragraph(reason) + shown + suggested(suggestion),
		suggestion,
	};
}

/** What no agreement outweighs, in words. */
function against({ evidence }: Candidate): string {
	const sentences = (evidence.rules ?? []).map(({ sentence }) => sentence);
	if (sentences.length === 0) return '';
	return `<p><strong>Mind:</strong> ${text([...new Set(sentences)].join(' '))}</p>`;
}

const EVEN = 0.5;
const TOO_CLOSE = 0.05;

/** A client too many is merged later at little cost; two people in one record are not. */
function suggestionOf([best, second]: readonly Candidate[]): string | null {
	if (best === undefined) return null;
	const isTie = second !== undefined && best.score - second.score < TOO_CLOSE;
	if (isTie) return null;
	const isSame = best.score >= EVEN && !speaksAgainst(best);
	return isSame ? `The same client as ${best.unifiedId} ${nameOf(best.fields)}` : 'Another client';
}

/** Beside the rules that only say that too little agrees. */
function speaksAgainst({ evidence }: Candidate): boolean {
	return (evidence.rules ?? []).some(({ rule }) => rule.startsWith('other '));
}

function suggested(suggestion: string | null): string {
	if (suggestion === null) {
		return paragraph('No answer is suggested: two clients fit equally well, or none does.');
	}
	return `<p><strong>Suggested answer:</strong> ${text(suggestion)}. Look at what differs before you follow it.</p>`;
}

function valueBody(review: ReviewRow, known: KnownClients): Body {
	const { value, reason } = review.question;
	if (value === undefined) return asked('A question about a value', review, known);
	const { field, current, candidate, currentSource, candidateSource } = value;
	const label = fieldLabel(field);
	const client = known.get(review.entityId ?? '');
	const row = (name: string, said: typeof current, source: ValueSource | null) => [
		name,
		lines(shownLines(field, said)) || 'nothing',
		text(source === null ? '–' : `${source.system} ${source.crmId}`),
		text(source === null ? '–' : source.editedAt.slice(0, 16).replace('T', ' ')),
	];
	const who = `${label} of ${nameOf(client?.fields ?? review.question.record)} (${review.entityId ?? 'new'})`;
	const rows = [
		row('Stands now', current, currentSource),
		row('Offered', candidate, candidateSource),
	];
	const head = ['', text(label), 'From', 'Edited (UTC)'];
	return {
		title: 'Which value is right?',
		html: heading(who) + paragraph(reason) + table(head, rows),
		suggestion: null,
	};
}

/** A question in words, and the record that it is about. */
function asked(title: string, review: ReviewRow, known: KnownClients): Body {
	const { record, reason, duplicate } = review.question;
	const client = known.get(review.entityId ?? '');
	const fields = Object.keys(record).length > 0 ? record : (client?.fields ?? {});
	const head = client === undefined ? address(review) : clientHead(client.unifiedId, client);
	const isNamed = Object.keys(fields).length > 0;
	const who = isNamed ? heading(`${nameOf(fields)} (${review.entityId ?? review.crmId})`) : '';
	const shown = isNamed ? oneRecord({ head, fields }) : '';
	const below = duplicate === undefined ? shown : mergedRecord(duplicate);
	return { title, html: who + paragraph(reason) + below, suggestion: null };
}

/** What the record would hold after a merge, and why. */
function mergedRecord({ merged }: NonNullable<ReviewRow['question']['duplicate']>): string {
	const rows = Object.entries(merged).map(([field, { value, from, because }]) => [
		text(fieldLabel(field)),
		lines(shownLines(field, value)) || 'nothing',
		text(from.join(', ')),
		text(because),
	]);
	return table(['', 'After a merge', 'From record', 'Because'], rows);
}

function address({ system, crmId }: ReviewRow): Column['head'] {
	return `${text(system)} ${text(crmId)}`;
}

function clientHead(unifiedId: string, client: EntityView | undefined): Column['head'] {
	const records = (client?.links ?? [])
		.filter(({ state }) => state !== 'unlinked')
		.map(({ system, crmId }) => `${system} ${crmId}`);
	return `Client ${text(unifiedId)}<br>${lines(records)}`;
}

function percent(score: number): string {
	return `${Math.round(score * 100)} %`;
}
