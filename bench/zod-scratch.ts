import { changeEventSchema } from '../lib/model/event';
import { Crms, SYSTEMS } from './crms';
const crms = new Crms(200);
const evs = SYSTEMS.flatMap((s) => Array.from({ length: 100 }, (_, i) => crms.edit(s, i, Date.parse('2026-03-02T09:00:00.000Z'))));
const only = (keep: (k: string) => boolean) => evs.map((e) => ({ ...e, fields: Object.fromEntries(Object.entries(e.fields).filter(([k]) => keep(k))) }));
const lists = ['emails', 'phones', 'addresses'];
const sets = { all: evs, none: only(() => false), scalars: only((k) => !lists.includes(k)), lists: only((k) => lists.includes(k)), address: only((k) => k === 'addresses'), phones: only((k) => k === 'phones') , emails: only((k) => k === 'emails')};
for (let r = 0; r < 8; r++) for (const [n, set] of Object.entries(sets)) {
	const t = process.cpuUsage();
	for (let k = 0; k < 20; k++) for (const e of set) changeEventSchema.safeParse(e);
	const u = process.cpuUsage(t);
	if (r > 5) console.log(n, 'us/event', ((u.user + u.system) / (20 * evs.length)).toFixed(2));
}
