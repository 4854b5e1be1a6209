/** The few words that the host page shows. They are here, not in the app's locales, so that nothing is fetched for them. */

import type { Language } from "../shared/languages";

export type Words = [open: string, close: string, unread: string, dismiss: string, failed: string];

/** `unread` follows a number, in a form that holds for one and for many. */
export const WORDS: Record<Language, Words> = {
  en: ["Open chat", "Close chat", "unread", "Dismiss", "Could not load. Try again"],
  es: ["Abrir el chat", "Cerrar el chat", "sin leer", "Descartar", "No se pudo cargar. Reintentar"],
  fr: ["Ouvrir le chat", "Fermer le chat", "à lire", "Ignorer", "Échec du chargement. Réessayer"],
  de: ["Chat öffnen", "Chat schließen", "ungelesen", "Ausblenden", "Nicht geladen. Erneut versuchen"],
  pt: ["Abrir o chat", "Fechar o chat", "não lida(s)", "Dispensar", "Não foi possível carregar. Tentar de novo"],
  vi: ["Mở trò chuyện", "Đóng trò chuyện", "chưa đọc", "Bỏ qua", "Không tải được. Thử lại"],
  zh: ["打开聊天", "关闭聊天", "条未读", "关闭", "未能加载。重试"],
};
