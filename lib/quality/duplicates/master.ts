/** Which record of a cluster should live on: completeness, freshness, activity, each as far as it is known. */
import { isEmpty } from '../../model/canonical';
import { LIST_FIELDS, SCALAR_FIELDS, type CanonicalFields } from '../../model/fields';
import type { MasterChoice, QualityItem } from './item';

const SHARES = { completeness: 0.5, freshness: 0.3, activity: 0.2 } as const;
type Criterion = keyof typeof SHARES;

/** What says most of who and where somebody is. */
const TELLING = new Set([
	'firstName',
	'lastName',
	'name',
	'emails',
	'phones',
	'addresses',
	'birthDate',
]);
const COUNTED: readonly string[] = [...SCALAR_FIELDS, ...LIST_FIELDS].filter(
	(one) => one !== 'type',
);

function filled(fields: CanonicalFields): string[] {
	const custom = Object.keys(fields).filter((name) => name.startsWith('custom.'));
	return [...COUNTED, ...custom].filter((name) => !isEmpty(fields[name]));
}

function completeness({ fields }: QualityItem): number {
	return filled(fields).reduce((sum, name) => sum + (TELLING.has(name) ? 2 : 1), 0);
}

const MEASURES: Record<Criterion, (item: QualityItem) => number | undefined> = {
	completeness,
	freshness: ({ changedAt }) => changedAt,
	activity: ({ activity }) => activity,
};

/** Equal scores: the smaller id, so that the same records always have the same master. */
export function chooseMaster(members: readonly QualityItem[]): MasterChoice {
	const points = new Map(members.map(({ id }) => [id, 0]));
	let total = 0;
	for (const criterion of Object.keys(SHARES) as Criterion[]) {
		const shares = sharesOf(members, criterion);
		if (shares === undefined) continue;
		total += SHARES[criterion];
		for (const [id, share] of shares) {
			points.set(id, (points.get(id) ?? 0) + share * SHARES[criterion]);
		}
	}
	const scores = [...points].map(([id, sum]) => ({ id, score: rounded(sum / (total || 1)) }));
	scores.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
	const id = scores[0]?.id ?? '';
	return { id, scores, reasons: reasonsFor(id, members) };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** 0 to 1 a member; undefined if no member says anything, or all say the same of their activity. */
function sharesOf(
	members: readonly QualityItem[],
	criterion: Criterion,
): Map<string, number> | undefined {
	const values = members.map((item) => MEASURES[criterion](item));
	const known = values.filter((value) => value !== undefined);
	const [least, most] = [Math.min(...known), Math.max(...known)];
	if (known.length === 0 || least === most) return undefined;
	// Of times and counts only the order says something; of fields, how many.
	const floor = criterion === 'completeness' ? 0 : least;
	const shares = values.map((value) =>
		value === undefined ? 0 : (value - floor) / (most - floor),
	);
	return new Map(members.map(({ id }, place) => [id, shares[place] ?? 0]));
}

function reasonsFor(id: string, members: readonly QualityItem[]): string[] {
	const chosen = members.find((one) => one.id === id);
	if (chosen === undefined) return [];
	const others = members.filter((one) => one !== chosen);
	const reasons: string[] = [];
	const beats = (criterion: Criterion) => {
		const value = MEASURES[criterion](chosen);
		return (
			value !== undefined &&
			others.every((one) => (MEASURES[criterion](one) ?? Number.NEGATIVE_INFINITY) < value)
		);
	};
	if (beats('completeness')) reasons.push(`most complete (${filled(chosen.fields).length} fields)`);
	if (beats('freshness')) reasons.push(`changed last (${dayOf(chosen.changedAt)})`);
	if (beats('activity')) reasons.push('most active');
	return reasons.length > 0 ? reasons : ['as good as the others; the smallest id'];
}

function dayOf(at: number | undefined): string {
	const date = new Date(at ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
}
