/** How far a run has come, as a page of n8n's Form node. Pure. */
import type { BackfillProgress } from '../../../../lib';
import { paragraph, table, text } from '../../review/page/html';
import { formJson } from '../../review/page/page';
import { duration, figure } from './figures';
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
	const html = systems(progress) + leftOut(progress) + notes.map(paragraph).join('');
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

function leftOut({ overCap }: BackfillProgress): string {
	const lines = Object.entries(overCap).map(
		([system, count]) => `${figure(count)} were not created in ${system}: the most was reached.`,
	);
	return lines.map(paragraph).join('');
}
