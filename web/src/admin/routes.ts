// Every page: its address, its module and its entry in the rail. This table is all that the shell knows of pages.

import type { Route } from "./router.js";
import type { IconName } from "./ui/icons.js";
import type { Permission } from "./types.js";

export const routes: readonly Route[] = [
  { path: "/sign-in", title: "Sign in", page: "page-sign-in", open: true, load: () => import("./pages/sign-in.js") },
  { path: "/setup", title: "Set up", page: "page-setup", open: true, load: () => import("./pages/setup.js") },
  { path: "/join", title: "Join", page: "page-join", open: true, load: () => import("./pages/join.js") },
  { path: "/account", title: "Account", page: "page-account", load: () => import("./pages/account.js") },

  { path: "/platform/tenants/:name?", title: "Tenants", page: "page-tenants", nav: "tenants", needs: "platform", load: () => import("./pages/tenants.js") },
  { path: "/platform/address", title: "Platform address", page: "page-platform", nav: "platform", needs: "platform", load: () => import("./pages/platform.js") },
  { path: "/platform/audit", title: "Audit log", page: "page-platform-audit", nav: "audit", needs: "platform", load: () => import("./pages/audit.js") },

  { path: "/t/:tenant/overview", title: "Overview", page: "page-overview", nav: "overview", needs: "inbox.read", load: () => import("./pages/overview.js") },
  { path: "/t/:tenant/conversations/:id?", title: "Conversations", page: "page-conversations", nav: "conversations", needs: "inbox.read", load: () => import("./pages/conversations.js") },
  { path: "/t/:tenant/channels", title: "Channels", page: "page-channels", nav: "channels", needs: "settings.read", load: () => import("./pages/channels.js") },
  { path: "/t/:tenant/channels/troubleshooting", title: "Troubleshooting", page: "page-troubleshooting", nav: "channels", needs: "settings.read", load: () => import("./pages/troubleshooting.js") },
  { path: "/t/:tenant/channels/whatsapp/:number?", title: "WhatsApp", page: "page-whatsapp", nav: "channels", needs: "settings.read", load: () => import("./pages/whatsapp.js") },
  { path: "/t/:tenant/agents/:name?", title: "Agents", page: "page-agents", nav: "agents", needs: "settings.read", load: () => import("./pages/agents.js") },
  { path: "/t/:tenant/routing", title: "Routing", page: "page-routing", nav: "routing", needs: "settings.read", load: () => import("./pages/routing.js") },
  { path: "/t/:tenant/pairing/:list?", title: "Pairing", page: "page-pairing", nav: "pairing", needs: "pairing", load: () => import("./pages/pairing.js") },
  { path: "/t/:tenant/templates/:id?", title: "Templates", page: "page-templates", nav: "templates", needs: "inbox.read", load: () => import("./pages/templates.js") },
  { path: "/t/:tenant/users/:id?", title: "Users", page: "page-users", nav: "users", needs: "inbox.read", load: () => import("./pages/users.js") },
  { path: "/t/:tenant/delivery/dead-letters", title: "Dead letters", page: "page-dead-letters", nav: "delivery", needs: "inbox.read", load: () => import("./pages/dead-letters.js") },
  { path: "/t/:tenant/delivery/log/:id?", title: "Delivery log", page: "page-delivery-log", nav: "delivery", needs: "inbox.read", load: () => import("./pages/delivery-log.js") },
  { path: "/t/:tenant/settings/secrets", title: "Secrets", page: "page-secrets", nav: "settings", needs: "settings.read", load: () => import("./pages/secrets.js") },
  { path: "/t/:tenant/settings/conversations", title: "Conversations", page: "page-conversation-settings", nav: "settings", needs: "settings.read", load: () => import("./pages/conversation-settings.js") },
  { path: "/t/:tenant/settings/speech", title: "Speech", page: "page-speech-settings", nav: "settings", needs: "settings.read", load: () => import("./pages/speech-settings.js") },
  { path: "/t/:tenant/settings/delivery", title: "Delivery", page: "page-delivery-settings", nav: "settings", needs: "settings.read", load: () => import("./pages/delivery-settings.js") },
  { path: "/t/:tenant/settings/members", title: "Members", page: "page-members", nav: "settings", needs: "members", load: () => import("./pages/members.js") },
  { path: "/t/:tenant/settings/tokens", title: "API tokens", page: "page-tokens", nav: "settings", needs: "members", load: () => import("./pages/tokens.js") },
  { path: "/t/:tenant/settings/webhooks/:id?", title: "Webhooks", page: "page-event-sinks", nav: "settings", needs: "settings.read", load: () => import("./pages/event-sinks.js") },
  { path: "/t/:tenant/settings/audit", title: "Audit log", page: "page-audit", nav: "settings", needs: "audit.read", load: () => import("./pages/audit.js") },
  { path: "/t/:tenant/settings/tenant", title: "Tenant", page: "page-tenant", nav: "settings", needs: "settings.read", load: () => import("./pages/tenant.js") },
];

export interface Entry {
  id: string;
  label: string;
  icon: IconName;
  /** Behind /t/TENANT for the rail of a tenant; whole for the platform's. */
  href: string;
  /** Without it the entry is left out: the person may not look. */
  needs?: Permission;
}

export const tenantRail: readonly Entry[] = [
  { id: "overview", label: "Overview", icon: "overview", href: "/overview", needs: "inbox.read" },
  { id: "conversations", label: "Conversations", icon: "conversations", href: "/conversations", needs: "inbox.read" },
  { id: "channels", label: "Channels", icon: "channels", href: "/channels", needs: "settings.read" },
  { id: "agents", label: "Agents", icon: "agents", href: "/agents", needs: "settings.read" },
  { id: "routing", label: "Routing", icon: "routing", href: "/routing", needs: "settings.read" },
  { id: "pairing", label: "Pairing", icon: "pairing", href: "/pairing", needs: "pairing" },
  { id: "users", label: "Users", icon: "users", href: "/users", needs: "inbox.read" },
  { id: "templates", label: "Templates", icon: "templates", href: "/templates", needs: "inbox.read" },
  { id: "delivery", label: "Delivery", icon: "send", href: "/delivery/log", needs: "inbox.read" },
  { id: "settings", label: "Settings", icon: "settings", href: "/settings/secrets", needs: "settings.read" },
];

export const platformRail: readonly Entry[] = [
  { id: "tenants", label: "Tenants", icon: "tenants", href: "/platform/tenants" },
  { id: "platform", label: "Platform address", icon: "platform", href: "/platform/address" },
  { id: "audit", label: "Audit log", icon: "audit", href: "/platform/audit" },
];
