/** Of a key and its entry, in characters. */
export const OWN_WEIGHT = 50;

interface Entry<Value> {
	value: Value;
	weight: number;
}

/**
 * A map of limited weight: what was asked for least recently goes first. It is kept in two
 * generations: what is asked for moves to the young one; when that has half of the weight it becomes
 * the elder one, and the elder one of before is forgotten.
 */
export class Lru<Value> {
	private young = new Map<string, Entry<Value>>();
	private elder = new Map<string, Entry<Value>>();
	/** Of the young ones. */
	private weight = 0;

	constructor(private readonly maxWeight: number) {}

	get(key: string): Value | undefined {
		const young = this.young.get(key);
		if (young !== undefined) return young.value;
		const elder = this.elder.get(key);
		if (elder === undefined) return undefined;
		this.elder.delete(key);
		this.keep(key, elder);
		return elder.value;
	}

	/** `weight`: of the value; each entry weighs a little by itself. */
	set(key: string, value: Value, weight: number): void {
		this.delete(key);
		this.keep(key, { value, weight: weight + OWN_WEIGHT });
	}

	delete(key: string): void {
		this.elder.delete(key);
		const entry = this.young.get(key);
		if (entry === undefined) return;
		this.young.delete(key);
		this.weight -= entry.weight;
	}

	clear(): void {
		this.young.clear();
		this.elder.clear();
		this.weight = 0;
	}

	private keep(key: string, entry: Entry<Value>): void {
		if (this.weight + entry.weight > this.maxWeight / 2) {
			[this.elder, this.young] = [this.young, new Map()];
			this.weight = 0;
		}
		if (entry.weight > this.maxWeight / 2) return;
		this.young.set(key, entry);
		this.weight += entry.weight;
	}
}
