// People as Users shows them: docs/openapi.yaml's User and UserDetail.

import type { Conversation, User } from "../inbox/types.js";

export interface Person extends User {
  /** A group has a conversation of its own, and stands among people. */
  kind?: "person" | "group";
}

export interface Address {
  address: string;
  kind: "phone" | "bsuid";
}

export interface PersonDetail extends Person {
  conversations: Conversation[];
  addresses: Address[];
  /** Ids of people who became part of this one. */
  also_known_as: string[];
}

export const isGroup = (person: Person): boolean => person.kind === "group";

const GROUP = "group:";
/** Meta's id of the group. */
export const groupIdOf = (person: Person): string => (person.id.startsWith(GROUP) ? person.id.slice(GROUP.length) : person.id);
