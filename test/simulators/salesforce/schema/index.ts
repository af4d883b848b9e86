/** Look-ups in the schema: names are matched without regard to case and answered as the schema spells them. */
import type { FieldDef, ObjectDef } from './types';

export { NUMERIC } from './types';
export type { FieldDef, FieldType, ObjectDef, Value } from './types';

export class Schema {
	private readonly byName: Map<string, ObjectDef>;
	private readonly fieldsOf = new Map<ObjectDef, Map<string, FieldDef>>();

	constructor(readonly objects: readonly ObjectDef[]) {
		this.byName = new Map(objects.map((object) => [object.name.toLowerCase(), object]));
		for (const object of objects) this.index(object);
	}

	/** Setup was changed: fields come and go on objects that stay. */
	redefine(objects: readonly ObjectDef[]): void {
		for (const { name, fields, hidden } of objects) {
			const object = this.known(name);
			object.fields = fields;
			object.hidden = hidden;
			this.index(object);
		}
	}

	/** Setup changed one field; it stays so until the fields are defined anew. */
	change(object: ObjectDef, name: string, edit: Partial<FieldDef>): void {
		object.fields = object.fields.map((def) => (def.name === name ? { ...def, ...edit } : def));
		this.index(object);
	}

	private index(object: ObjectDef): void {
		const fields = object.fields.map((def) => [def.name.toLowerCase(), def] as const);
		this.fieldsOf.set(object, new Map(fields));
	}

	object(name: string): ObjectDef | undefined {
		const object = this.byName.get(name.toLowerCase());
		return object?.hidden === true ? undefined : object;
	}

	/** An object that is sure to exist. */
	known(name: string): ObjectDef {
		const object = this.byName.get(name.toLowerCase());
		if (object === undefined) throw new Error(`The schema has no object ${name}.`);
		return object;
	}

	field(object: ObjectDef, name: string): FieldDef | undefined {
		return this.fieldsOf.get(object)?.get(name.toLowerCase());
	}

	/** The reference field whose relationship has this name (`Account` -> AccountId). */
	relationship(object: ObjectDef, name: string): FieldDef | undefined {
		const wanted = name.toLowerCase();
		return object.fields.find((def) => def.relationshipName?.toLowerCase() === wanted);
	}

	byKeyPrefix(id: string): ObjectDef | undefined {
		return this.objects.find(({ keyPrefix }) => id.startsWith(keyPrefix));
	}
}
