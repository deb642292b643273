// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::config {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Configuration", text); }

bool isNumeric(KeyType type)
{
    return type == KeyType::Bool || type == KeyType::Integer || type == KeyType::Float ||
           type == KeyType::FloatList || type == KeyType::IntegerList || type == KeyType::HexList;
}

QString withUnit(double number, const KeyInfo &info)
{
    const QString text = QString::number(number, 'g', 10);
    const QString unit = QString::fromUtf8(info.unit);
    return unit.isEmpty() ? text : text + QLatin1Char(' ') + unit;
}

std::optional<double> toNumber(const QString &text)
{
    bool ok = false;
    const double number = text.toDouble(&ok);
    if (!ok || !std::isfinite(number))
        return std::nullopt;
    return number;
}

bool mayBeRounded(const KeyInfo &info)
{
    const QLatin1String unit(info.unit);
    return unit == QLatin1String("s") || unit == QLatin1String("min") || unit == QLatin1String("%") ||
           unit == QLatin1String("days");
}

QStringList items(const QString &text)
{
    QStringList list;
    QString flat = text;
    flat.replace(QLatin1Char('\n'), QLatin1Char(','));
    for (const QString &item : flat.split(QLatin1Char(','))) {
        if (const QString trimmed = item.trimmed(); !trimmed.isEmpty())
            list.append(trimmed);
    }
    return list;
}

} // namespace

QString Configuration::withoutComment(const QString &text)
{
    for (qsizetype i = 1; i < text.size(); ++i) {
        if ((text[i] == QLatin1Char(';') || text[i] == QLatin1Char('#')) && text[i - 1].isSpace())
            return text.left(i).trimmed();
    }
    return text;
}

void Configuration::setDefault(size_t key)
{
    const KeyInfo &info = keys()[key];
    Value value;
    const Raw none{QString::fromLatin1(info.name), {}, 0};
    const bool ok = parse(key, QString::fromUtf8(info.standard), value, none);
    Q_ASSERT(ok);
    Q_UNUSED(ok)
    m_values[key] = value;
}

bool Configuration::set(size_t key, const Raw &raw)
{
    const KeyInfo &info = keys()[key];
    QString text = raw.value;
    if (isNumeric(info.type)) {
        text = withoutComment(text);
        if (text.size() != raw.value.size())
            add(Message::Level::Warning, raw,
                tr("text behind the value is taken as a comment: put it on a line of its own"));
    }
    m_lines[key] = raw.line;
    if (text.isEmpty() && info.type != KeyType::Switch) {
        if (!info.empty && info.partner) {
            add(Message::Level::Error, raw,
                tr("is empty: the default is used, for %1 too").arg(QLatin1String(info.partner)));
            return false;
        }
        if (!info.empty) {
            add(Message::Level::Warning, raw,
                tr("is empty: its default %1 is used").arg(QString::fromUtf8(info.standard)));
            setDefault(key);
            return true;
        }
        text = QString::fromLatin1(info.empty);
    }
    Value value;
    if (!parse(key, text, value, raw))
        return false;
    m_values[key] = value;
    return true;
}

void Configuration::resetWithPartner(size_t key)
{
    setDefault(key);
    if (keys()[key].partner)
        setDefault(*findKey(QString::fromLatin1(keys()[key].partner)));
}

bool Configuration::parse(size_t key, QString text, Value &value, const Raw &raw)
{
    const KeyInfo &info = keys()[key];
    if (info.type == KeyType::Word || info.type == KeyType::Bool || info.type == KeyType::Integer ||
        info.type == KeyType::Float)
        text = text.simplified();
    value.text = text;
    value.isSet = !text.isEmpty();
    switch (info.type) {
    case KeyType::Bool:
        return parseFlag(info, text, value, raw);
    case KeyType::Switch:
        value.flag =
            text.simplified().remove(QLatin1Char(' ')).compare(QLatin1String("false"), Qt::CaseInsensitive) !=
            0;
        value.text = value.flag ? QStringLiteral("True") : QStringLiteral("False");
        return true;
    case KeyType::Integer:
    case KeyType::Float:
        return !value.isSet || parseNumber(info, text, value, raw);
    case KeyType::FloatList:
    case KeyType::IntegerList:
    case KeyType::HexList:
        return !value.isSet || parseList(info, text, value, raw);
    case KeyType::WordList:
        value.words = items(text);
        return true;
    case KeyType::Word: {
        static const QStringList levels{QStringLiteral("ERROR"), QStringLiteral("WARNING"),
                                        QStringLiteral("INFO"), QStringLiteral("DEBUG")};
        value.text = text.toUpper();
        if (levels.contains(value.text))
            return true;
        add(Message::Level::Error, raw,
            tr("\"%1\" is none of %2: %3 is used")
                .arg(text.left(40), levels.join(QStringLiteral(", ")), QString::fromLatin1(info.standard)));
        return false;
    }
    case KeyType::Text:
        break;
    }
    return true;
}

bool Configuration::parseFlag(const KeyInfo &info, const QString &text, Value &value, const Raw &raw)
{
    const QString word = text.toLower();
    if (word == QLatin1String("true") || word == QLatin1String("false")) {
        value.flag = word == QLatin1String("true");
        value.text = value.flag ? QStringLiteral("True") : QStringLiteral("False");
        return true;
    }
    static const QStringList yes{QStringLiteral("1"), QStringLiteral("yes"), QStringLiteral("on")};
    static const QStringList no{QStringLiteral("0"), QStringLiteral("no"), QStringLiteral("off")};
    if (yes.contains(word) || no.contains(word)) {
        value.flag = false;
        value.text = QStringLiteral("False");
        add(Message::Level::Warning, raw,
            yes.contains(word)
                ? tr("\"%1\" counts as False, as it always did: write True to switch it on").arg(text)
                : tr("\"%1\" counts as False: write False").arg(text));
        return true;
    }
    add(Message::Level::Error, raw,
        tr("\"%1\" is neither True nor False: %2 is used")
            .arg(text.left(40), QString::fromLatin1(info.standard)));
    return false;
}

bool Configuration::parseNumber(const KeyInfo &info, const QString &text, Value &value, const Raw &raw)
{
    const auto fails = [&](const QString &reason) {
        const QString standard = QString::fromUtf8(info.standard);
        add(Message::Level::Error, raw,
            standard.isEmpty() ? tr("%1: left empty").arg(reason)
                               : tr("%1: %2 is used").arg(reason, standard));
        return false;
    };
    const auto number = toNumber(text);
    if (!number) {
        QString dotted = text;
        const bool comma = toNumber(dotted.replace(QLatin1Char(','), QLatin1Char('.'))).has_value();
        return fails(comma ? tr("\"%1\" has a decimal comma, write %2").arg(text.left(40), dotted)
                           : tr("\"%1\" is no number").arg(text.left(40)));
    }
    value.number = *number;
    if (info.type == KeyType::Integer && std::nearbyint(*number) != *number) {
        if (!mayBeRounded(info))
            return fails(tr("\"%1\" is no whole number").arg(text));
        value.number = std::nearbyint(*number);
        value.text = QString::number(value.number, 'f', 0);
        add(Message::Level::Warning, raw,
            tr("whole numbers only: %1 is taken").arg(withUnit(value.number, info)));
    }
    if (value.number < info.minimum || value.number > info.maximum)
        return fails(tr("%1 is outside %2 to %3")
                         .arg(text.left(40), withUnit(info.minimum, info), withUnit(info.maximum, info)));
    return true;
}

bool Configuration::parseList(const KeyInfo &info, const QString &text, Value &value, const Raw &raw)
{
    const auto fails = [&](const QString &reason) {
        add(Message::Level::Error, raw,
            info.partner ? tr("%1: the default is used, for %2 too").arg(reason, QLatin1String(info.partner))
                         : tr("%1: the default is used").arg(reason));
        return false;
    };
    constexpr qsizetype mostItems = 100;
    value.words = items(text);
    if (value.words.size() > mostItems)
        return fails(tr("more than %1 items").arg(mostItems));
    for (const QString &word : value.words) {
        std::optional<double> number = toNumber(word);
        if (info.type == KeyType::HexList) {
            bool ok = false;
            const int address = word.toInt(&ok, 16);
            number = ok ? std::optional<double>(address) : std::nullopt;
        }
        if (!number)
            return fails(tr("\"%1\" is no number").arg(word.left(40)));
        const double highest = info.type == KeyType::HexList ? 255 : info.maximum;
        if (*number < info.minimum || *number > highest)
            return fails(tr("%1 is outside %2 to %3")
                             .arg(word.left(40), withUnit(info.minimum, info), withUnit(highest, info)));
        if (info.type == KeyType::IntegerList && std::nearbyint(*number) != *number)
            return fails(tr("\"%1\" is no whole number").arg(word));
        value.list.push_back(*number);
    }
    if (value.list.empty())
        return fails(tr("a list needs values"));
    return true;
}

} // namespace sb::config
