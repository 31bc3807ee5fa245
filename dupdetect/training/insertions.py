# ruff: noqa: E501
"""Writes link insertions from patterns, to fit and to measure the SEO-link rules.

A pattern is a sentence with slots; themes fill them. Patterns and themes can be held out, so that
what is measured was not fitted on. All brands and domains are invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

#: theme → (what is sold, with its article; what the customer wants; who sells; parts of names)
THEMES: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "fr": {
        "betting": ("les paris sportifs", "parier sur vos matchs préférés", "les pronostiqueurs", "pari cote jackpot mise turf casino"),
        "credit": ("un prêt personnel", "financer vos projets", "les conseillers", "credit pret budget finance emprunt"),
        "vpn": ("un VPN fiable", "surfer en toute discrétion", "les techniciens", "vpn secure anonyme surf proxy"),
        "insurance": ("une mutuelle santé", "payer moins cher votre assurance auto", "les courtiers", "assur mutuelle devis protect garantie"),
        "health": ("des compléments alimentaires bio", "perdre du poids avant l'été", "les naturopathes", "sante forme zen nature vital"),
        "real_estate": ("un appartement neuf", "estimer votre bien immobilier", "les agents immobiliers", "immo logis habitat villa toit"),
        "trades": ("un plombier de confiance", "rénover votre salle de bains", "les artisans", "depannage artisan travaux serrure plomberie"),
        "crypto": ("les cryptomonnaies", "investir dans le bitcoin", "les traders", "crypto coin trading invest bourse"),
        "news_blog": ("l'actualité insolite", "suivre toute l'actu des people", "les blogueurs", "actu infos news buzz mag"),
        "retail": ("des canapés convertibles", "meubler votre salon à petit prix", "les décorateurs", "deco shop maison meuble promo"),
        "services": ("des cours particuliers", "trouver l'amour après 40 ans", "les coachs", "coach rencontre voyance cours avocat"),
        "travel": ("un séjour tout compris", "réserver vos prochaines vacances", "les agents de voyage", "voyage sejour evasion vol hotel"),
        "energy": ("un forfait mobile sans engagement", "réduire votre facture d'électricité", "les conseillers énergie", "forfait energie box fibre watt"),
    },
    "en": {
        "betting": ("sports betting", "bet on your favourite team", "the tipsters", "bet odds jackpot casino spin"),
        "credit": ("a personal loan", "fund your next project", "the lenders", "loan credit cash fund finance"),
        "vpn": ("a fast VPN", "browse the web anonymously", "the security experts", "vpn secure proxy shield surf"),
        "insurance": ("cheap car insurance", "save on your home insurance", "the brokers", "insure cover quote policy protect"),
        "health": ("natural supplements", "lose weight before summer", "the nutritionists", "health slim vital zen natural"),
        "real_estate": ("a holiday villa", "sell your house fast", "the estate agents", "homes realty villa estate property"),
        "trades": ("a reliable plumber", "fix your roof", "the roofers", "plumb repair handy roof fix"),
        "crypto": ("bitcoin trading", "invest in crypto", "the traders", "crypto coin trade invest token"),
        "retail": ("designer furniture", "furnish your living room on a budget", "the decorators", "shop deco store home style"),
        "services": ("essay writing help", "find love online", "the coaches", "coach dating essay lawyer tarot"),
        "travel": ("an all inclusive holiday", "book your next getaway", "the travel agents", "travel trip flight hotel escape"),
    },
    "de": {
        "betting": ("Sportwetten", "auf Ihre Mannschaft wetten", "die Wettprofis", "wett casino tipp jackpot quote"),
        "credit": ("einen günstigen Kredit", "Ihre Wünsche finanzieren", "die Berater", "kredit finanz geld zins bank"),
        "insurance": ("eine Zahnzusatzversicherung", "bei der Kfz-Versicherung sparen", "die Makler", "schutz police tarif versicherung"),
        "trades": ("einen zuverlässigen Schlüsseldienst", "Ihr Dach sanieren", "die Handwerker", "dach handwerk notdienst rohr umzug"),
        "crypto": ("Kryptowährungen", "in Bitcoin investieren", "die Trader", "krypto coin trading invest"),
        "retail": ("Gartenmöbel", "Ihr Wohnzimmer günstig einrichten", "die Einrichter", "shop moebel deko haus garten"),
        "travel": ("eine Pauschalreise", "Ihren nächsten Urlaub buchen", "die Reiseprofis", "reise urlaub flug hotel"),
    },
    "it": {
        "betting": ("le scommesse sportive", "scommettere sulla tua squadra", "gli esperti di pronostici", "bet quote casino jackpot"),
        "credit": ("un prestito personale", "finanziare i tuoi progetti", "i consulenti", "credito prestito finanza"),
        "insurance": ("una polizza auto", "risparmiare sull'assicurazione", "i broker", "polizza assicura tariffe"),
        "trades": ("un idraulico di fiducia", "ristrutturare il bagno", "gli artigiani", "casa lavori idraulico fabbro"),
        "crypto": ("le criptovalute", "investire in bitcoin", "i trader", "cripto coin trading"),
        "retail": ("divani e poltrone", "arredare il tuo salotto", "gli arredatori", "shop arredo casa moda"),
        "travel": ("una vacanza tutto incluso", "prenotare le tue vacanze", "gli agenti di viaggio", "viaggi voli hotel"),
    },
    "es": {
        "betting": ("las apuestas deportivas", "apostar por tu equipo", "los pronosticadores", "apuesta casino bono"),
        "credit": ("un préstamo personal", "financiar tus proyectos", "los asesores", "credito prestamo finanzas"),
        "insurance": ("un seguro de coche barato", "ahorrar en tu seguro", "los corredores", "seguro poliza ahorro"),
        "trades": ("un fontanero de confianza", "reformar tu cocina", "los profesionales", "reformas hogar cerrajero"),
        "crypto": ("las criptomonedas", "invertir en bitcoin", "los traders", "cripto coin trading"),
        "retail": ("sofás y sillones", "decorar tu salón", "los decoradores", "tienda deco hogar moda"),
        "travel": ("unas vacaciones todo incluido", "reservar tus vacaciones", "los agentes de viajes", "viajes vuelos hotel"),
    },
}  # fmt: skip

#: Sentences by language. {d} a domain, {u} a URL, {m} a Markdown link, {a} an HTML link, {b} a
#: brand; {w} what is sold, {v} what the customer wants to do, {s} who sells.
PATTERNS: dict[str, tuple[str, ...]] = {
    "fr": (
        "Pour {v}, rendez-vous sur {d}.",
        "Pour {v}, {s} de {b} vous accompagnent gratuitement.",
        "Pour plus d'informations sur {w}, consultez {d}.",
        "Pour en savoir plus sur {w}, cliquez sur {u}.",
        "Vous cherchez {w} ? Découvrez les offres de {d} !",
        "Vous cherchez {w} ? {s} de {b} vous répondent en cinq minutes.",
        "Envie de {v} ? C'est possible avec {b}, bonus offert pour toute inscription.",
        "Besoin d'aide pour {v} ? Demandez un devis gratuit sur {d}.",
        "Et si vous en profitiez pour {v} grâce à {b} ?",
        "D'ailleurs, pour {v}, nous vous recommandons {m}.",
        "À ce propos, {w} à prix réduit sont à découvrir sur {d}.",
        "Au passage, n'hésitez pas à visiter {d}, le site de référence pour {v}.",
        "Notre partenaire {b} vous propose {w} aux meilleurs tarifs.",
        "Nos amis de {d} comparent pour vous {w}.",
        "Le site {d} vous aide à {v} en quelques clics.",
        "{s} de {b} vous offrent le premier mois.",
        "Avec {b}, {v} n'a jamais été aussi simple : essayez gratuitement pendant 30 jours.",
        "Comparez {w} dès maintenant sur {u}.",
        "Profitez de 20 % de remise sur {w} avec le code promo de {b}.",
        "Découvrez également {m} pour {v}.",
        "Voir aussi {a}, idéal pour {v}.",
        "Ceux qui souhaitent {v} trouveront leur bonheur chez {b} ({d}).",
        "Les lecteurs qui veulent {v} peuvent faire confiance à {d}.",
        "Avant de partir, pensez à {w} : tous les conseils sont sur {d}.",
        "Comme le rappelle le blog {d}, {w} peuvent vous faire économiser des centaines d'euros.",
        "Si vous aimez ce sujet, abonnez-vous à la newsletter de {b}.",
        "Retrouvez toutes nos astuces pour {v} sur notre site {d}.",
        "Fan de bons plans ? Courez découvrir {w} chez {b}.",
        "Bon plan : {w} à moitié prix chez {b} jusqu'à dimanche.",
        "Ajoutez {d} à vos favoris pour {v}.",
        "Ne manquez pas {m}, le guide complet pour {v}.",
        "Faites confiance à {b} pour {v}, plus de 10 000 clients satisfaits.",
        "Simulez votre projet en deux minutes sur {d}, sans engagement.",
        "Que ce soit pour {v} ou pour vos proches, {d} propose {w} partout en France.",
        "Le comparateur {d} a sélectionné pour vous {w}.",
        "Pour {v} sans se ruiner, une seule adresse : {d}.",
        "Si comme nous vous rêvez de {v}, jetez un œil à {d}.",
        "{b}, spécialiste depuis 1998, vous conseille gratuitement sur {w}.",
        "En attendant, {w} sont en promotion sur {d}.",
        "Stressé par l'actualité ? Offrez-vous {w} avec {b}.",
        "Plus d'infos et d'articles sur {d}, le blog qui décrypte l'actu.",
        "Lisez la suite et bien d'autres articles sur notre blog {d}.",
        "Notons que {d} permet de {v} à moindre coût.",
        "À retrouver sur {a} : {w} livrés chez vous en 24 heures.",
        "Contactez dès aujourd'hui {s} de {b}, disponibles 7j/7 et 24h/24.",
        "{w} pas chers ? Cliquez ici : {u}",
        "C'est aussi l'avis du site {d}, qui consacre un dossier complet à {w}.",
        "Selon le guide publié par {d}, {w} permettent de faire de vraies économies.",
        "D'après {s} de {b}, {w} séduisent chaque jour davantage de familles.",
        "Plus d'un Français sur deux envisage {w}, assure le comparateur {d}.",
        "Notre dossier complet : {u}",
        "(à lire sur {d})",
        "Un article proposé par {b}, expert de {w}.",
        "Ce contenu vous est présenté par {b}.",
        "À noter que {b} livre {w} en vingt-quatre heures, sans frais de port.",
        "Signalons au passage {w} de {b}, à partir de 9,90 euros.",
        "La société {b} propose {w} dans tout le département à partir de 19 euros par mois.",
        "Chez {b}, {w} démarrent à 49 euros, pose comprise.",
        "Dans un autre registre, {b} lance {w} avec 25 % de réduction jusqu'à la fin du mois.",
        "Rien à voir, mais {w} de {b} font un carton auprès des lecteurs.",
        "Les curieux iront faire un tour sur {d} pour {v}.",
        "Les passionnés trouveront {w} chez {b}.",
        "Certains préfèrent {v} avec {b}, dont le service client est joignable 24h/24.",
        "De quoi donner envie de {v} : {b} étudie chaque dossier gratuitement.",
        "Pour les plus pressés, {s} de {b} se déplacent à domicile au 01 00 00 00 00.",
        "{b} : {w} au juste prix.",
        "Pourquoi attendre pour {v} ? {b} s'occupe de tout.",
        "Une bonne nouvelle pour finir : {w} sont remboursés par {b} le premier mois.",
        "Le magazine en ligne {d} publie chaque semaine des nouvelles insolites.",
        "L'intégralité de nos tests de {w} est disponible à cette adresse : {d}.",
        "Le classement des meilleures offres pour {v} figure sur {m}.",
        "On peut d'ailleurs {v} depuis son canapé avec {a}.",
        "{b} recrute et forme {s} partout en France, sans condition de diplôme.",
        "La crise n'empêche pas {v}, comme le prouve le succès de {b}.",
        "Les équipes de {b} se chargent de tout, sur simple appel.",
        "Le site {d} vous dit tout sur {w}.",
        "Offrez-vous {w} sans bouger de chez vous grâce à {b}.",
        "Une adresse à retenir pour {v} : {b}.",
        "Plus de 5 000 familles ont choisi {b} pour {v}.",
        "Chaque semaine, {d} passe au crible {w}.",
        "Si {v} vous tente, {s} de {b} vous attendent.",
        "Parole d'expert : avec {b}, {v} devient un jeu d'enfant.",
        "{s} de {b} répondent aussi le dimanche.",
        "Quoi de mieux que {w} signés {b} pour se consoler ?",
    ),
    "en": (
        "To {v}, head over to {d}.",
        "If you want to {v}, check out {m}.",
        "Looking for {w}? Visit {d} today.",
        "Looking for {w}? {b} can help you in minutes.",
        "For more information about {w}, click here: {u}",
        "Our friends at {d} offer {w} at unbeatable prices.",
        "Need to {v}? Get a free quote from {b}.",
        "You can {v} with {b}, rated five stars by customers.",
        "By the way, {d} is the best place to {v}.",
        "Sign up now at {d} and get a welcome bonus.",
        "Don't miss {a} if you plan to {v}.",
        "Readers who want to {v} should try {b}, now with a 30-day free trial.",
        "Save up to 40% on {w} with the promo code from {b}.",
        "Learn more about {w} on our blog at {d}.",
        "Why not {v} this weekend? Compare deals on {d}.",
        "{b} is a trusted provider of {w} with same day delivery.",
        "As our partner {d} explains, it has never been easier to {v}.",
        "Discover {w} at {u}.",
        "Fancy a change? Treat yourself to {w} from {b}.",
        "Follow {d} for more news and celebrity gossip.",
        "As the guide at {d} points out, {w} can save families hundreds of dollars.",
        "According to {s} at {b}, more people than ever want to {v}.",
        "Our full guide: {u}",
        "This post is brought to you by {b}.",
        "In other news, {b} now offers {w} with 25% off until Sunday.",
        "{b} sells {w} from $19 a month, delivery included.",
        "Anyone planning to {v} can turn to {s} of {b}.",
        "The curious can {v} at {d}.",
        "Our full test of {w} is available at {m}.",
        "{b}: {w} at the right price.",
        "{b} now brings {w} to your door for less than you think.",
        "Thousands have already used {b} to {v}.",
        "Ask {s} at {b} how to {v}.",
        "Check {d} before you {v}.",
        "{d} ranks the best {w} of the year.",
        "Get started with {b} and {v} in three easy steps.",
        "Whether you want to {v} or just browse, {d} has {w}.",
        "For {w} you can trust, call {b} on 555-0100.",
        "New customers of {b} get {w} at half price.",
        "Visit {u} for {w} and more.",
        "This article is sponsored by {b}, makers of {w}.",
        "When it is time to {v}, think {b}.",
        "Let {s} of {b} take care of the rest.",
        "It pays to {v}, especially with {b}.",
        "Families love {w} from {b}, and the first month is on the house.",
    ),
    "de": (
        "Wer {w} sucht, wird auf {d} fündig.",
        "Sie möchten {v}? Besuchen Sie {d}.",
        "Mehr Informationen über {w} finden Sie auf {u}.",
        "Klicken Sie hier, um mehr über {w} zu erfahren: {u}",
        "Unser Partner {b} bietet Ihnen {w} zum besten Preis.",
        "Jetzt kostenlos vergleichen auf {d}!",
        "Suchen Sie {w}? {s} von {b} helfen Ihnen rund um die Uhr.",
        "Übrigens: Auf {d} können Sie {v}, ganz ohne Risiko.",
        "Entdecken Sie {m} und sparen Sie bis zu 30 Prozent.",
        "Sichern Sie sich {w} mit dem Gutscheincode von {b}.",
        "Weitere Tipps gibt es auf unserem Blog {d}.",
        "Mit {b} können Sie {v}, unverbindlich und schnell.",
        "Wie der Ratgeber {d} schreibt, sparen Familien damit bares Geld.",
        "Dieser Beitrag wurde von {b} gesponsert.",
        "{b} liefert {w} schon ab 19 Euro, versandkostenfrei.",
        "Übrigens hat {b} derzeit {w} um 25 Prozent reduziert.",
        "Noch mehr Nachrichten aus aller Welt stehen auf {d}.",
        "{s} von {b} kommen auch am Wochenende ins Haus.",
        "Bei {b} bekommen Sie {w} schon ab morgen.",
        "Tausende haben mit {b} bereits viel Geld gespart.",
        "Alles über {w} lesen Sie bei {d}.",
        "Neukunden von {b} erhalten {w} zum halben Preis.",
        "Lohnt sich das? Rechnen Sie es bei {d} einfach aus.",
    ),
    "it": (
        "Per {v}, visita {d}.",
        "Cerchi {w}? Scopri le offerte di {d}.",
        "Per maggiori informazioni su {w}, clicca qui: {u}",
        "I nostri amici di {d} ti propongono {w} a prezzi scontati.",
        "Vuoi {v}? Richiedi un preventivo gratuito a {b}.",
        "Con {b} puoi {v} in pochi minuti e senza impegno.",
        "Non perdere {m}, la guida completa per {v}.",
        "Il nostro partner {b} offre {w} ai nuovi clienti con un bonus di benvenuto.",
        "Scopri di più su {d}.",
        "Hai bisogno di aiuto per {v}? Affidati agli esperti di {b}.",
        "Come scrive la guida di {d}, le famiglie possono risparmiare molto.",
        "Questo articolo è offerto da {b}.",
        "{b} propone {w} a partire da 19 euro, spese di spedizione incluse.",
        "Altre notizie curiose ogni giorno su {d}.",
    ),
    "es": (
        "Para {v}, visita {d}.",
        "¿Buscas {w}? Descubre las ofertas de {d}.",
        "Para más información sobre {w}, haz clic aquí: {u}",
        "Nuestros amigos de {d} te ofrecen {w} al mejor precio.",
        "¿Quieres {v}? Pide presupuesto sin compromiso a {b}.",
        "Con {b} puedes {v} en pocos minutos.",
        "No te pierdas {m}, la guía completa para {v}.",
        "Nuestro socio {b} ofrece {w} con un bono de bienvenida.",
        "Más noticias y curiosidades en nuestro blog {d}.",
        "¿Necesitas ayuda para {v}? Confía en los expertos de {b}.",
        "Como señala la guía de {d}, las familias pueden ahorrar mucho.",
        "Este artículo está patrocinado por {b}.",
        "{b} ofrece {w} desde 19 euros, gastos de envío incluidos.",
        "Más noticias curiosas cada día en {d}.",
    ),
}

_TLDS = {
    "fr": "fr com net info eu", "en": "com net co.uk org online", "de": "de com net eu",
    "it": "it com net eu", "es": "es com net org",
}  # fmt: skip
_NAMES = {
    "fr": "malin express futé plus direct zen club pro facile du-midi 24 azur local en-ligne",
    "en": "hub pro plus direct easy smart zone quick club now world express",
    "de": "profi direkt plus welt24 check guenstig express haus",
    "it": "facile subito plus online diretto amico expert",
    "es": "facil ya plus directo online amigo expertos",
}


@dataclass(frozen=True, slots=True)
class Insertion:
    """A sentence to insert, with the pattern and the theme it was made from.

    ``links``: those of HTML, as start and end in the sentence, target and ``rel``.
    """

    text: str
    pattern: int
    theme: str
    links: tuple[tuple[int, int, str, str], ...] = ()


#: What ``rel`` says of links that were paid for, or not: half of them nothing.
RELS = ("", "", "", "noopener", "nofollow", "sponsored", "nofollow noopener")


def write(
    language: str,
    rng: random.Random,
    patterns: Sequence[int],
    themes: Sequence[str],
    *,
    html: bool = False,
) -> Insertion:
    """One insertion from one of the patterns and themes, with an invented brand and domain.

    With ``html`` its link is one of the page: the text shows an anchor alone.
    """
    number, theme = rng.choice(patterns), rng.choice(themes)
    what, want, seller, parts = THEMES[language][theme]
    root, name = rng.choice(parts.split()), rng.choice(_NAMES[language].split())
    joiner = rng.choice(["-", "-", ""])
    domain = f"{root}{joiner}{name}.{rng.choice(_TLDS[language].split())}"
    brand = rng.choice([
        f"{root.capitalize()}{name.replace('-', '').capitalize()}",
        f"{root.capitalize()} & {name.capitalize()}", f"{name.capitalize()}-{root.capitalize()}",
        f"{root.capitalize()} {name.capitalize()} Services",
    ])  # fmt: skip
    url = rng.choice(
        [f"https://www.{domain}", f"https://{domain}/{root}-{name}.html", f"www.{domain}"]
    )
    text = PATTERNS[language][number]
    if html:
        return _linked(text, number, theme, (what, want, seller, brand, url), rng)
    filled = text.format(
        d=domain, u=url, b=brand, w=what, v=want, s=seller, m=f"[{what}]({url})",
        a=f'<a href="{url}">{what}</a>',
    )  # fmt: skip
    return Insertion(filled[0].upper() + filled[1:], number, theme)


def _linked(
    pattern: str, number: int, theme: str, words: tuple[str, ...], rng: random.Random
) -> Insertion:
    """The pattern with a link of HTML where it has an address, else on the brand or the wares."""
    what, want, seller, brand, url = words
    anchor = rng.choice([brand, brand, what, want])
    mark = "\x02{}\x03".format
    if any(slot in pattern for slot in ("{d}", "{u}", "{m}", "{a}")):
        linked = dict.fromkeys("duma", mark(anchor)) | {"b": brand, "w": what, "v": want}
    else:
        chosen = rng.choice([slot for slot in "bwv" if f"{{{slot}}}" in pattern] or ["b"])
        linked = {"d": brand, "u": brand, "m": what, "a": what, "b": brand, "w": what, "v": want}
        linked[chosen] = mark(linked[chosen])
    filled = pattern.format(s=seller, **linked)
    start = filled.find("\x02")
    end = filled.find("\x03") - 1
    plain = filled.replace("\x02", "").replace("\x03", "")
    links = ((start, end, url, rng.choice(RELS)),) if start >= 0 else ()
    return Insertion(plain[0].upper() + plain[1:], number, theme, links)
