/** How far a run has come, as a page of n8n's Form node. Pure. */
import { counted, type BackfillProgress, type ObjectName } from '../../../../lib';
import { paragraph, table, text } from '../../review/page/html';
import { formJson } from '../../review/page/page';
import { duration, figure, plural } from './figures';
import type { FormPage } from './plan-page';

const LOOK = 'Look again';
const PAUSE = 'Pause it';
const RESUME = 'Let it go on';
const CANCEL = 'Cancel it';

const WORDS: Record<BackfillProgress['phase'], string> = {
	reading: 'The CRMs are being read.',
	placing: 'The plan is being worked out.',
	trying: 'The plan is being worked out.',
	planned: 'The plan waits for an answer.',
	merging: 'Records are being matched and merged.',
	sweeping: 'What people edited meanwhile is made up for.',
	writing: 'What differs is being written.',
	finished: 'It is finished.',
	cancelled: 'It was cancelled.',
};

const WHOLE = 100;

export function progressPage(progress: BackfillProgress): FormPage {
	const { run, phase, isPaused, share, notes } = progress;
	const percent = `${Math.floor(share * WHOLE)} %`;
	const said = isPaused ? `${run} is paused at ${percent}.` : `${run}: ${WORDS[phase]} ${percent}`;
	const tables = systems(progress) + objectsOf(progress);
	const html = tables + leftOut(progress) + notes.map(paragraph).join('');
	const choices = [LOOK, isPaused ? RESUME : PAUSE, CANCEL];
	return {
		title: phase === 'finished' ? 'The clients are loaded' : 'The load is running',
		description: text(said),
		html,
		form: formJson([
			{ fieldType: 'html', html },
			{
				fieldLabel: 'What now?',
				fieldName: 'answer',
				fieldType: 'radio',
				requiredField: true,
				fieldOptions: { values: choices.map((option) => ({ option })) },
			},
			{ fieldName: 'run', fieldType: 'hiddenField', fieldValue: run },
		]),
	};
}

function systems({ systems: all, phase }: BackfillProgress): string {
	const isOver = phase === 'finished' || phase === 'cancelled';
	const rows = all.map((one) => [
		text(one.system),
		...[one.read, one.merged, one.written, one.remaining, one.failed].map(figure),
		text(isOver || one.remaining === 0 || one.etaSeconds === null ? '–' : duration(one.etaSeconds)),
	]);
	return table(['', 'Read', 'Merged', 'Written', 'To write', 'Failed', 'Time left'], rows);
}

/** The same object by object, where there is more than clients. */
function objectsOf({ objects, parts }: BackfillProgress): string {
	if (objects.length < 2) return '';
	const isThere = ({ read, planned }: (typeof parts)[number]) => read + planned > 0;
	const there = objects.filter((object) =>
		parts.some((part) => part.object === object && isThere(part)),
	);
	const rows = there.map((object) => {
		const own = parts.filter((part) => part.object === object);
		const sum = (count: (part: (typeof own)[number]) => number) =>
			figure(own.reduce((total, part) => total + count(part), 0));
		return [
			text(plural(object)),
			sum(({ read }) => read),
			sum(({ merged }) => merged),
			sum(({ written }) => written),
			sum(({ remaining }) => remaining),
			sum(({ failed }) => failed),
			sum(({ waiting }) => waiting),
		];
	});
	const head = ['', 'Read', 'Merged', 'Written', 'To write', 'Failed', 'Waiting for a client'];
	return table(head, rows);
}

function leftOut({ overCap }: BackfillProgress): string {
	const lines = Object.entries(overCap).flatMap(([object, systems]) =>
		Object.entries(systems).map(
			([system, count]) =>
				`${counted(count, object as ObjectName)} were not created in ${system}: the most was reached.`,
		),
	);
	return lines.map(paragraph).join('');
}
