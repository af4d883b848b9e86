/**
 * The registers of one part of a client, as if its records had never been together with the others:
 * the claims of its own records and of its own desk, folded once more from the audit trail. Pure.
 *
 * - Where what stands is what stood in truth, what was decided then is taken as it was: so a client that
 *   was merged and is split off again has the very registers that it had.
 * - A record's word that agreed with what stood left no row in the trail. That it was said is known from its
 *   shadow (`editedAt`), what was said from the shadow or from the first write of ours that replaced it.
 * - What was undone counts only where the undo counts, too: it goes with the record it undid.
 * - Records that the fabric itself made never said anything. If a part has no others, what they hold is theirs.
 * - Where nothing is left to say, and a record still holds what came from the others, it is to be empty.
 */
import { isDeepStrictEqual } from 'node:util';
import { DECISIONS } from '../../history/timeline';
import { MERGED, SPLIT } from '../../history/fold';
import { changesByField } from '../../history/standing';
import { mergeList, EMPTY_LIST } from '../../merge/list-merge';
import type { Memory } from '../../merge/clock';
import type { Register, Registers } from '../../merge/register';
import { compareUnderRules, type Priorities } from '../../merge/rules';
import type { Shadow, ShadowField } from '../../merge/shadow';
import { isEmpty, sameValue } from '../../model/canonical';
import { recordKey, type ChangeEvent } from '../../model/event';
import { isListField, type FieldValue, type ListItem, type ScalarValue } from '../../model/fields';
import type { Link, StoredAuditRow } from '../../model/rows';
import { isPersons, joinNew, settleClaim, statements, takeList, takeScalar } from './claims';
import { Fills } from './fills';
import { ownership, type Owns, type Part } from './part';

export interface Past {
	/** Of every entity that the records ever belonged to, oldest first. */
	rows: readonly StoredAuditRow[];
	/** By record. */
	shadows: ReadonlyMap<string, Shadow>;
	/** Events that are still kept, oldest first. */
	events: readonly ChangeEvent[];
	priorities: Priorities;
	/** ms */
	now: number;
}

/** ms; whatever is said of the field stands against it. */
const OLDEST = 0;

export function projectPart(part: Part, past: Past): Registers {
	const projector = new Projector(part, past);
	for (const row of past.rows) projector.step(row);
	return projector.finish();
}

/** Fields of which somebody else than this part ever spoke. */
export function foreignFields(part: Part, { rows }: Past): Set<string> {
	const owns = ownership(part);
	const fields = new Set<string>();
	for (const row of rows) {
		if (row.field !== undefined && row.register !== undefined && !owns(row)) fields.add(row.field);
	}
	return fields;
}

class Projector {
	private readonly registers: Registers = {};
	/** What stood in truth, by entity. */
	private readonly truth = new Map<string, Registers>();
	/** Record and field -> time of its last claim that the trail tells of, ms. */
	private readonly told = new Map<string, number>();
	/** Record and field -> writes of ours, oldest first. */
	private readonly writes = new Map<string, StoredAuditRow[]>();
	/** Field -> policy under which it was decided last. */
	private readonly policies = new Map<string, string>();
	/** What earlier splits took from records of our own making ({@link fill}, {@link clear}). */
	private readonly fills = new Fills();
	private readonly undone: ReadonlySet<number>;
	private readonly owns: Owns;
	private readonly events: ReadonlyMap<string, ChangeEvent>;

	constructor(
		private readonly part: Part,
		private readonly past: Past,
	) {
		this.owns = ownership(part);
		this.undone = undoneElsewhere(past.rows, this.owns);
		this.events = new Map(past.events.map((event) => [event.eventId, event]));
	}

	step(row: StoredAuditRow): void {
		const { field, entityId, kind, rule } = row;
		this.fills.note(row);
		if (field === undefined || entityId === undefined) return;
		if (kind === 'write') return this.noteWrite(row, field);
		const isMoved = rule === SPLIT || rule === MERGED;
		const isClaim = !isMoved && DECISIONS.includes(kind) && this.owns(row);
		if (isClaim) this.claim(row, field, entityId);
		if (DECISIONS.includes(kind)) this.noteTruth(row, field, entityId);
	}

	finish(): Registers {
		const links = [...this.part.links].sort((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));
		for (const link of links) {
			const shadow = this.past.shadows.get(recordKey(link));
			for (const [field, known] of Object.entries(shadow?.fields ?? {})) {
				if (!isListField(field)) this.claimUntold(link, field, known);
			}
		}
		this.takeFills();
		if (links.every(({ evidence }) => evidence.by === 'own-create')) this.fill(links);
		for (const link of links) this.clear(link);
		return this.registers;
	}

	private noteWrite(row: StoredAuditRow, field: string): void {
		const key = fieldKey(row, field);
		this.writes.set(key, [...(this.writes.get(key) ?? []), row]);
	}

	private noteTruth({ register, rule }: StoredAuditRow, field: string, entityId: string): void {
		const stood = this.truth.get(entityId) ?? {};
		if (register !== undefined) stood[field] = register as Register;
		else if (rule === SPLIT) delete stood[field];
		this.truth.set(entityId, stood);
		const isPolicy = rule !== undefined && ![SPLIT, MERGED].includes(rule) && !isPersons(rule);
		if (isPolicy) this.policies.set(field, rule);
	}

	private claim(row: StoredAuditRow, field: string, entityId: string): void {
		this.told.set(fieldKey(row, field), row.editedAt ?? row.at);
		if (this.undone.has(row.seq)) return;
		const current = this.registers[field];
		const stood = this.truth.get(entityId)?.[field];
		const next =
			row.register !== undefined && isDeepStrictEqual(current, stood)
				? (row.register as Register)
				: isListField(field)
					? takeList(field, current, row, this.events.get(row.eventId ?? ''))
					: takeScalar(current, row, this.past.priorities);
		this.keep(field, next);
	}

	/** At the end: whatever was said of the field in the meantime is compared with it. */
	private takeFills(): void {
		for (const { entityId, field, register } of this.fills.all()) {
			const current = this.registers[field];
			if (register.shape === 'list') {
				const said = statements(register, this.isFill);
				const isEmptied = register.elements.length === 0 && this.part.ids.has(entityId);
				this.keep(field, joinNew(field, current ?? (isEmptied ? register : undefined), said));
			} else if (this.isFill(register.memory)) {
				const stands = current?.shape === 'scalar' ? current : undefined;
				const { value, memory } = register;
				const isLater = stands === undefined || compareUnderRules(memory, stands.memory) > 0;
				if (isLater) this.keep(field, { shape: 'scalar', value, memory });
			}
		}
	}

	private readonly isFill = (memory: Memory) => memory.rule === SPLIT && this.owns(memory);

	/** The last word of the record on this field, if the trail does not tell of it. */
	private claimUntold(link: Link, field: string, known: ShadowField): void {
		const { editedAt } = known;
		const key = fieldKey(link, field);
		if (editedAt === undefined || editedAt <= (this.told.get(key) ?? Number.NEGATIVE_INFINITY))
			return;
		const replaced = this.writes.get(key)?.find(({ at }) => at > editedAt);
		const value = (replaced === undefined ? known.value : (replaced.before ?? null)) as ScalarValue;
		const { system, object, crmId } = link;
		const priority = this.past.priorities[system] ?? 0;
		const memory: Memory = {
			editedAt,
			system,
			object,
			crmId,
			eventId: this.eventOf(link, field, value) ?? `record:${recordKey(link)}`,
			priority,
			rule: this.policies.get(field) ?? 'lastWriteWins',
			mergedAt: editedAt,
		};
		const current = this.registers[field];
		this.keep(
			field,
			settleClaim(current?.shape === 'scalar' ? current : undefined, { value, memory }),
		);
	}

	private eventOf(link: Link, field: string, value: FieldValue): string | undefined {
		const key = recordKey(link);
		return this.past.events.find(
			(event) =>
				recordKey(event) === key &&
				event.fields[field] !== undefined &&
				sameValue(field, event.fields[field], value),
		)?.eventId;
	}

	private fill(links: readonly Link[]): void {
		for (const link of links) {
			const shadow = this.past.shadows.get(recordKey(link));
			for (const [field, { value, seenAt }] of Object.entries(shadow?.fields ?? {})) {
				if (isEmpty(value) || this.registers[field] !== undefined) continue;
				this.keep(field, this.filled(link, field, value, seenAt));
			}
		}
	}

	/** What the record holds, or may be about to hold, and nobody of this part ever said. */
	private clear(link: Link): void {
		const shadow = this.past.shadows.get(recordKey(link));
		for (const [field, { value, inFlight = [] }] of Object.entries(shadow?.fields ?? {})) {
			const isHeld = !isEmpty(value) || inFlight.some((sent) => !isEmpty(sent.value));
			if (!isHeld || this.registers[field] !== undefined) continue;
			const memory = this.memoryOf(link, OLDEST);
			this.keep(field, isListField(field) ? EMPTY_LIST : { shape: 'scalar', value: null, memory });
		}
	}

	private memoryOf(link: Link, editedAt: number): Memory {
		const { system, object, crmId } = link;
		const priority = this.past.priorities[system] ?? 0;
		const eventId = `record:${recordKey(link)}`;
		const from = { system, object, crmId, eventId, priority };
		return { editedAt, ...from, rule: SPLIT, mergedAt: this.past.now };
	}

	private filled(link: Link, field: string, value: FieldValue, editedAt: number): Register {
		const memory = this.memoryOf(link, editedAt);
		if (!isListField(field)) return { shape: 'scalar', value: value as ScalarValue, memory };
		const diff = { added: value as ListItem[], changed: [], removed: [] };
		const always = () => ({ wins: true, rule: SPLIT });
		return mergeList(field, EMPTY_LIST, diff, memory, always).register;
	}

	private keep(field: string, register: Register | undefined): void {
		if (register !== undefined) this.registers[field] = register;
	}
}

function fieldKey(
	{ system = '', object = '', crmId = '' }: Partial<Pick<Link, 'system' | 'object' | 'crmId'>>,
	field: string,
): string {
	return `${recordKey({ system, object, crmId })} ${field}`;
}

/** Changes that were undone by a row that is not this part's. */
function undoneElsewhere(rows: readonly StoredAuditRow[], owns: Owns): Set<number> {
	const bySeq = new Map(rows.map((row) => [row.seq, row]));
	const entities = new Map<string, StoredAuditRow[]>();
	for (const row of rows) {
		if (row.entityId === undefined || !['change', 'undo'].includes(row.kind)) continue;
		entities.set(row.entityId, [...(entities.get(row.entityId) ?? []), row]);
	}
	const undone = new Set<number>();
	for (const own of entities.values()) {
		for (const changes of changesByField(own).values()) {
			for (const { row, undoneBy } of changes) {
				const undo = undoneBy === undefined ? undefined : bySeq.get(undoneBy);
				if (undo !== undefined && !owns(undo)) undone.add(row.seq);
			}
		}
	}
	return undone;
}
