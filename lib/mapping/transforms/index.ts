/** CRM value <-> canonical value, by the transform of a field mapping. Pure. */
export { fromCrm, listToCrm, throughCrm, toCrm } from './apply';
export { wordKey } from './words';
