/** Template in English, with {0}, {1} … for its places → template in the other language, the places in any order. */
export type Catalogue = Readonly<Record<string, string>>;
