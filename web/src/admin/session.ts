// Who is signed in, what they may do, and in which tenant they are.

import { api } from "./api.js";
import type { Access, Permission, Session } from "./types.js";

const LAST_TENANT = "claw.tenant";

/** Tells `change` when somebody signs in or out, or what they may do changes. */
class SessionStore extends EventTarget {
  current: Session | null = null;

  /** Reads who is signed in; null where nobody is. Fails with Problem. */
  async load(): Promise<Session | null> {
    try {
      this.take(await api.get<Session>("/session", { signingIn: true }));
    } catch (error) {
      if ((error as { status?: number }).status !== 401) throw error;
      this.take(null);
    }
    return this.current;
  }

  take(session: Session | null): void {
    this.current = session;
    api.csrf = session?.csrf ?? "";
    this.dispatchEvent(new Event("change"));
  }

  /** Ends this session, or all of this person. Fails with Problem. */
  async signOut(everywhere = false): Promise<void> {
    await api.delete(everywhere ? "/sessions" : "/session");
    this.take(null);
  }

  /** The tenant the address names; undefined outside of one, or where the person is no member. */
  get access(): Access | undefined {
    return this.current?.tenants.find((tenant) => tenant.name === api.tenant);
  }

  can(permission: Permission): boolean {
    if (permission === "platform") return this.current?.person.platform_admin ?? false;
    return this.access?.permissions.includes(permission) ?? false;
  }

  /** Why a control is off, for its title; empty where it is on. */
  whyNot(permission: Permission): string {
    if (this.can(permission)) return "";
    return `Your role here (${this.access?.role ?? "none"}) does not allow this. An admin of this tenant can change it.`;
  }

  /** The tenant to begin with: the last one, else the first. */
  get home(): string {
    const tenants = this.current?.tenants ?? [];
    const last = localStorage.getItem(LAST_TENANT);
    return (tenants.find((tenant) => tenant.name === last) ?? tenants[0])?.name ?? "";
  }

  enter(tenant: string): void {
    api.tenant = tenant;
    if (tenant && this.access) localStorage.setItem(LAST_TENANT, tenant);
  }
}

export const session = new SessionStore();
