/** Names as they are compared, and the full forms of short ones. */
import { canonicalText } from '../model/canonical';

/** Common English short forms; each line is one name. Our own list of what advisers' clients are called. */
const NICKNAMES = [
	'robert bob rob bobby robbie bert',
	'william bill will billy willy liam',
	'richard dick rick rich ricky',
	'james jim jimmy jamie',
	'john jack johnny jon',
	'thomas tom tommy',
	'michael mike mick mickey',
	'charles charlie chuck chas',
	'edward ed eddie ted ned',
	'theodore theo ted teddy',
	'joseph joe joey',
	'daniel dan danny',
	'david dave davey',
	'matthew matt matty',
	'anthony tony',
	'andrew andy drew',
	'steven steve stephen',
	'christopher chris kit',
	'nicholas nick nicky',
	'benjamin ben benny',
	'samuel sam sammy',
	'alexander alex al sandy',
	'gregory greg',
	'kenneth ken kenny',
	'lawrence larry laurence',
	'ronald ron ronnie',
	'donald don donnie',
	'timothy tim timmy',
	'patrick pat paddy',
	'peter pete',
	'raymond ray',
	'gerald gerry jerry',
	'frederick fred freddy',
	'henry harry hank',
	'elizabeth liz beth betty lizzie eliza betsy libby',
	'margaret maggie meg peggy marge greta',
	'katherine catherine kathryn kate kathy cathy katie kay kat',
	'patricia pat patty tricia trish',
	'jennifer jen jenny',
	'susan sue susie suzanne',
	'deborah deb debbie debra',
	'barbara barb babs',
	'rebecca becky becca',
	'victoria vicky tori',
	'christina tina christine chris chrissy',
	'dorothy dot dottie',
	'virginia ginny',
	'judith judy',
	'pamela pam',
	'cynthia cindy',
	'kimberly kim',
	'jessica jess jessie',
	'samantha sam',
	'abigail abby',
	'theresa terry teresa tess',
	'alexandra alex sandra sasha',
	'eleanor ellie nora nell',
	'josephine jo josie',
	'nathaniel nathan nate',
	'zachary zach zack',
	'jonathan jon',
	'philip phil phillip',
	'walter walt wally',
	'vincent vince vinny',
	'leonard leo lenny',
	'douglas doug',
	'stanley stan',
].map((line) => line.split(' '));

const ROOTS = new Map<string, readonly string[]>();
for (const names of NICKNAMES) {
	for (const name of names) ROOTS.set(name, [...(ROOTS.get(name) ?? []), names[0] ?? name]);
}

/** Lower-case letters only, accents taken off. */
export function foldName(name: unknown): string {
	if (typeof name !== 'string') return '';
	return canonicalText(name)
		.normalize('NFKD')
		.replace(/-/g, ' ')
		.replace(/[^\p{Letter}\p{Number} ]/gu, '')
		.replace(/\s+/g, ' ')
		.toLowerCase()
		.trim();
}

/** The full forms a first name may stand for; itself if it is none of the known short forms. */
export function nameRoots(firstName: string): readonly string[] {
	const known = ROOTS.get(firstName) ?? [firstName];
	if (!firstName.includes(' ')) return known;
	const [head = firstName] = firstName.split(' ');
	return [...new Set([...known, ...(ROOTS.get(head) ?? [head])])];
}
