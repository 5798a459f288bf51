import type { TokenScope } from '../gql/graphql.ts';
import type { Texts } from './en.ts';

/** Brazilian Portuguese. */

const scopes: Record<TokenScope, string> = {
  READ: 'ler',
  WRITE: 'alterar configurações',
  PAIR: 'conectar e iniciar',
  ADMIN: 'criar, excluir, tokens',
};

export const ptBr: Texts = {
  language: 'pt-BR',

  shell: {
    skip: 'Ir para o conteúdo',
    navigation: 'Páginas',
    instances: 'Instâncias',
    link: 'Conectar um telefone',
    tokens: 'Tokens',
    signOut: 'Sair',
    mayDo: (what: string) => `Este token pode: ${what}`,
    oneInstance: (name: string) => `Ele alcança apenas a instância “${name}”.`,
    notFound: 'Esta página não existe',
    toInstances: 'Para as instâncias',
    unreachable:
      'O serviço não responde. Esta página tenta de novo sozinha; o que ela mostra pode estar desatualizado.',
    limited: (seconds: number) => `Este token esgotou as chamadas deste minuto. Continua em ${seconds} s.`,
    busy: (seconds: number) => `O serviço está ocupado. Continua em ${seconds} s.`,
    loading: 'Carregando…',
    tryAgain: 'Tentar de novo',
    about: 'Sobre este serviço',
    playground: 'Playground GraphQL',
    rest: 'Descrição REST',
    health: 'Saúde',
  },

  scopes,

  signIn: {
    title: 'Entrar',
    lead: 'Lê e altera as configurações de privacidade de contas do WhatsApp conectadas, e diz a verdade sobre elas.',
    token: 'Token',
    hint: 'O primeiro início do serviço mostra um; na máquina dele, “npx privet token create” cria outros. Ele fica guardado apenas nesta aba.',
    submit: 'Entrar',
    refused: 'Esse token não funciona: foi revogado, expirou ou foi digitado errado.',
    missing: 'Cole um token.',
  },

  instances: {
    title: 'Instâncias',
  },

  settings: {
    title: (name: string) => `Configurações de ${name}`,
  },

  link: {
    title: 'Conectar um telefone',
  },

  tokens: {
    title: 'Tokens',
  },

  problems: {
    UNREACHABLE: 'O serviço não respondeu.',
    FORBIDDEN: 'Este token não pode fazer isso.',
    NOT_FOUND: 'Não há essa instância ao alcance deste token.',
    INSTANCE_NOT_CONNECTED: 'A instância não está conectada ao WhatsApp.',
    RATE_LIMITED: 'Este token esgotou as chamadas deste minuto.',
    OVERLOADED: 'O serviço ou o WhatsApp não aceita mais por enquanto.',
    TIMEOUT: 'Não foi feito a tempo.',
    INTERNAL_SERVER_ERROR: 'O serviço falhou; o log dele diz por quê.',
  },
};
