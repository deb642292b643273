// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"

#include "bms/bluetooth.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSet>

namespace sb::config {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Configuration", text); }

/// How many letters have to change to make one word of the other.
int distance(const QString &a, const QString &b)
{
    std::vector<int> row(static_cast<size_t>(b.size()) + 1);
    for (size_t i = 0; i < row.size(); ++i)
        row[i] = static_cast<int>(i);
    for (qsizetype i = 0; i < a.size(); ++i) {
        int diagonal = row[0];
        row[0] = static_cast<int>(i) + 1;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const auto at = static_cast<size_t>(j) + 1;
            const int above = row[at];
            row[at] = std::min({above + 1, row[at - 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

/// The key that somebody may have meant, empty when none is near.
QString nearestKey(const QString &name)
{
    constexpr qsizetype longestName = 80;
    if (name.size() > longestName)
        return {};
    QString nearest;
    int best = 4;
    for (const KeyInfo &info : keys()) {
        const QString key = QString::fromLatin1(info.name);
        if (const int far = distance(name.toUpper(), key); far < best) {
            best = far;
            nearest = key;
        }
    }
    return nearest;
}

/// For messages: what was written, not the whole of a novel.
QString shortened(const QString &text)
{
    constexpr qsizetype most = 60;
    QString line = text.simplified();
    if (line.size() > most)
        line = line.left(most) + QStringLiteral("...");
    return line;
}

/// One line that does nothing to a terminal, whatever was quoted in it.
QString printable(QString text)
{
    for (QChar &character : text) {
        if (!character.isPrint() && !character.isSurrogate())
            character = QLatin1Char('?');
    }
    return text;
}

} // namespace

Configuration::Configuration()
    : m_values(keys().size())
    , m_lines(keys().size())
{
    for (size_t key = 0; key < m_values.size(); ++key)
        setDefault(key);
}

const Value &Configuration::value(const char *key) const
{
    const auto index = findKey(QString::fromLatin1(key));
    Q_ASSERT(index);
    return m_values[*index];
}

bool Configuration::hasErrors() const
{
    return std::any_of(m_messages.begin(), m_messages.end(),
                       [](const Message &message) { return message.level == Message::Level::Error; });
}

void Configuration::add(Message::Level level, const Raw &raw, const QString &text)
{
    m_messages.push_back({level, raw.line, printable(shortened(raw.key)), printable(text)});
}

void Configuration::tell(Message::Level level, const char *key, const QString &text,
                         std::initializer_list<const char *> others)
{
    int line = m_lines[*findKey(QString::fromLatin1(key))];
    for (const char *other : others) {
        if (line == 0)
            line = m_lines[*findKey(QString::fromLatin1(other))];
    }
    m_messages.push_back({level, line, QString::fromLatin1(key), text});
}

void Configuration::error(const char *key, const QString &text, std::initializer_list<const char *> others)
{
    tell(Message::Level::Error, key, text, others);
}

void Configuration::warn(const char *key, const QString &text)
{
    tell(Message::Level::Warning, key, text, {});
}

void Configuration::keepTypes(const std::function<bool(const QString &)> &isKnown)
{
    const size_t key = *findKey(u"BMS_TYPE");
    Value &types = m_values[key];
    const Raw raw{QStringLiteral("BMS_TYPE"), types.text, m_lines[key]};
    QStringList kept;
    for (const QString &type : types.words) {
        if (isKnown(type))
            kept.append(type);
        else if (const QString reason = unsupportedReason(type); !reason.isEmpty())
            add(Message::Level::Error, raw, tr("%1 is ignored: %2").arg(shortened(type), reason));
        else
            add(Message::Level::Error, raw,
                tr("\"%1\" is no BMS that is supported and ignored (\"serialbattery drivers --json\" lists "
                   "them)")
                    .arg(shortened(type)));
    }
    types.words = kept;
    types.text = kept.join(QStringLiteral(", "));
}

void Configuration::keepBluetooth(const std::function<bool(const QString &)> &isKnown)
{
    const size_t key = *findKey(u"BLUETOOTH_BMS");
    Value &entries = m_values[key];
    const Raw raw{QStringLiteral("BLUETOOTH_BMS"), entries.text, m_lines[key]};
    QStringList kept;
    for (const QString &entry : entries.words) {
        const QString text = entry.simplified();
        const QString type = text.section(QLatin1Char(' '), 0, -2);
        if (bluetoothAddress(text.section(QLatin1Char(' '), -1)).isEmpty())
            add(Message::Level::Error, raw,
                tr("\"%1\" is ignored: an entry is a type and an address, such as LltJbd_Ble "
                   "A4:C1:38:00:11:22")
                    .arg(shortened(text)));
        else if (!type.isEmpty() && !isKnown(type))
            add(Message::Level::Error, raw,
                tr("\"%1\" is no BMS that is read over Bluetooth, and is ignored (\"serialbattery drivers "
                   "--json\" lists them)")
                    .arg(shortened(type)));
        else
            kept.append(text);
    }
    entries.words = kept;
    entries.text = kept.join(QStringLiteral(", "));
}

bool Configuration::readFile(const QString &path)
{
    QFile file(path);
    const auto fails = [this, &path](const QString &reason) {
        m_messages.push_back({Message::Level::Error,
                              0,
                              {},
                              tr("%1: can't be read (%2); every key has its default").arg(path, reason)});
        return false;
    };
    if (QFileInfo(path).isDir())
        return fails(tr("it is a folder"));
    if (!file.open(QIODevice::ReadOnly))
        return fails(file.errorString());
    readText(file.read(largestFile + 1));
    return true;
}

void Configuration::readText(const QByteArray &text)
{
    IniFile file = parseIni(text);
    m_messages.insert(m_messages.end(), file.messages.begin(), file.messages.end());
    apply(file.entries);
}

void Configuration::readValues(const QHash<QString, QString> &values)
{
    std::vector<Entry> entries;
    for (auto it = values.begin(); it != values.end(); ++it)
        entries.push_back({QStringLiteral("DEFAULT"), it.key(), it.value().trimmed(), 0});
    apply(entries);
}

void Configuration::apply(const std::vector<Entry> &entries)
{
    RawValues values;
    QHash<QString, Raw> old;
    collect(entries, values, old);
    replaceReferences(values);
    convertOld(old, values);
    std::vector<size_t> wrong;
    for (size_t key = 0; key < m_values.size(); ++key) {
        if (const auto raw = values.constFind(key); raw != values.cend() && !set(key, *raw))
            wrong.push_back(key);
    }
    // Only now: a list must not be joined with a partner that was written for another one.
    for (const size_t key : wrong)
        resetWithPartner(key);
    checkLists();
    checkVoltages();
    checkCurves();
    checkRest();
    std::stable_sort(m_messages.begin(), m_messages.end(),
                     [](const Message &a, const Message &b) { return a.line < b.line; });
}

void Configuration::collect(const std::vector<Entry> &entries, RawValues &values, QHash<QString, Raw> &old)
{
    QSet<QString> toldSections;
    size_t told = 0;
    const auto tellOf = [&](const Raw &raw, const QString &text) {
        if (++told < mostMessages)
            add(Message::Level::Warning, raw, text);
        else if (told == mostMessages)
            m_messages.push_back(
                {Message::Level::Warning, raw.line, {}, tr("and more like these: is this the right file?")});
    };
    for (const Entry &entry : entries) {
        const Raw raw{entry.key, entry.value, entry.line};
        const bool isDefault = entry.section.compare(QLatin1String("DEFAULT"), Qt::CaseInsensitive) == 0;
        if (!isDefault && !toldSections.contains(entry.section)) {
            toldSections.insert(entry.section);
            tellOf({{}, {}, entry.line},
                   entry.section.isEmpty()
                       ? tr("keys before a section are taken as [DEFAULT]: write [DEFAULT] above them")
                       : tr("section [%1] is not known and ignored, all keys belong below [DEFAULT]")
                             .arg(shortened(entry.section)));
        }
        if (!isDefault && !entry.section.isEmpty())
            continue;
        if (const auto key = findKey(entry.key)) {
            if (values.contains(*key))
                tellOf(raw, tr("stands twice: this value counts"));
            values.insert(*key, raw);
            continue;
        }
        const auto known =
            std::find_if(renamedKeys().begin(), renamedKeys().end(), [&](const RenamedKey &each) {
                return entry.key.compare(QLatin1String(each.old), Qt::CaseInsensitive) == 0;
            });
        if (known != renamedKeys().end()) {
            old.insert(QString::fromLatin1(known->old), raw);
            continue;
        }
        const QString nearest = told < mostMessages ? nearestKey(entry.key) : QString();
        tellOf(raw, nearest.isEmpty() ? tr("is not known and ignored")
                                      : tr("is not known and ignored: %1?").arg(nearest));
    }
}

void Configuration::replaceReferences(RawValues &values)
{
    constexpr int deepest = 10;
    constexpr qsizetype longestName = 64;
    int left = 1000; // a file can ask for more work than there is time
    // From what was written, so that the order of the keys makes no difference.
    const RawValues written = values;
    const std::function<QString(const QString &, int)> resolved = [&](const QString &text, int depth) {
        QString result;
        for (qsizetype at = 0; at < text.size() && result.size() <= longestLine; ++at) {
            const QStringView rest = QStringView(text).mid(at);
            if (rest.startsWith(QLatin1String("%%"))) {
                result += QLatin1Char('%');
                ++at;
                continue;
            }
            const qsizetype end = rest.startsWith(QLatin1String("%("))
                                      ? rest.left(longestName).indexOf(QLatin1String(")s"))
                                      : -1;
            const auto key = end < 0 ? std::nullopt : findKey(rest.mid(2, end - 2));
            if (!key || depth == deepest || left == 0) {
                result += text[at];
                continue;
            }
            --left;
            const auto other = written.constFind(*key);
            result += resolved(
                other != written.cend() ? other->value : QString::fromUtf8(keys()[*key].standard), depth + 1);
            at += end + 1;
        }
        return result.left(longestLine);
    };
    for (Raw &raw : values)
        raw.value = resolved(raw.value, 0);
}

void Configuration::convertOld(const QHash<QString, Raw> &old, RawValues &values)
{
    for (const RenamedKey &each : renamedKeys()) {
        const auto at = old.constFind(QString::fromLatin1(each.old));
        if (at == old.cend() || each.conversion == Conversion::SocSteps)
            continue;
        if (!each.key || each.conversion == Conversion::None) {
            add(Message::Level::Warning, *at,
                each.key ? tr("is now %1, with another meaning: ignored, set the new one")
                               .arg(QLatin1String(each.key))
                         : tr("does not exist any more: ignored"));
            continue;
        }
        const size_t key = *findKey(QString::fromLatin1(each.key));
        if (values.contains(key)) {
            add(Message::Level::Warning, *at,
                tr("is now %1, which stands in the file too and counts").arg(QLatin1String(each.key)));
            continue;
        }
        Raw raw = *at;
        const QString value = withoutComment(raw.value);
        const bool isTrue = value.compare(QLatin1String("true"), Qt::CaseInsensitive) == 0;
        switch (each.conversion) {
        case Conversion::LinearToMode:
            raw.value = isTrue ? QStringLiteral("1") : QStringLiteral("2");
            break;
        case Conversion::IntegralToMode:
            raw.value = isTrue ? QStringLiteral("2") : QStringLiteral("1");
            break;
        case Conversion::SpreadToDeviation: {
            const auto spread = values.constFind(*findKey(u"SWITCH_TO_FLOAT_CELL_VOLTAGE_DIFF"));
            const double from = spread != values.cend() ? withoutComment(spread->value).toDouble() : 0.010;
            bool ok = false;
            const double whole = value.toDouble(&ok);
            if (ok)
                raw.value = QString::number(std::max(0.0, whole - from), 'f', 3);
            break;
        }
        case Conversion::SourceToList:
            if (value == QLatin1String("0"))
                raw.value = QStringLiteral("1, 2, 3, 4");
            break;
        case Conversion::DecimalToHex: {
            bool ok = false;
            const int address = value.toInt(&ok);
            if (ok)
                raw.value = QStringLiteral("0x%1").arg(address, 2, 16, QLatin1Char('0'));
            break;
        }
        case Conversion::Same:
        case Conversion::None:
        case Conversion::SocSteps:
            break;
        }
        add(Message::Level::Warning, *at,
            tr("is now %1 = %2, taken over").arg(QLatin1String(each.key), shortened(raw.value)));
        values.insert(key, raw);
    }
    if (const auto all = values.find(*findKey(u"TEMPERATURE_SOURCE_BATTERY"));
        all != values.end() && withoutComment(all->value) == QLatin1String("0")) {
        all->value = QStringLiteral("1, 2, 3, 4");
        add(Message::Level::Warning, *all, tr("0 is now %1, taken over").arg(all->value));
    }
    convertSocSteps(old, QStringLiteral("CC_"), "SOC_WHILE_CHARGING", "MAX_CHARGE_CURRENT_SOC_FRACTION",
                    values);
    convertSocSteps(old, QStringLiteral("DC_"), "SOC_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_SOC_FRACTION",
                    values);
}

void Configuration::convertSocSteps(const QHash<QString, Raw> &old, const QString &prefix, const char *limits,
                                    const char *fractions, RawValues &values)
{
    QStringList x;
    QStringList y;
    std::vector<Raw> used;
    for (int i = 1; i <= 3; ++i) {
        const auto limit = old.constFind(prefix + QStringLiteral("SOC_LIMIT") + QString::number(i));
        const auto fraction = old.constFind(prefix + QStringLiteral("CURRENT_LIMIT") + QString::number(i) +
                                            QStringLiteral("_FRACTION"));
        for (const auto &at : {limit, fraction}) {
            if (at != old.cend())
                used.push_back(*at);
        }
        if (limit != old.cend() && fraction != old.cend()) {
            x.append(limit->value);
            y.append(fraction->value);
        }
    }
    if (used.empty())
        return;
    const size_t limitKey = *findKey(QString::fromLatin1(limits));
    const size_t fractionKey = *findKey(QString::fromLatin1(fractions));
    const bool complete = x.size() == 3 && !values.contains(limitKey) && !values.contains(fractionKey);
    for (const Raw &raw : used)
        add(Message::Level::Warning, raw,
            complete
                ? tr("is now part of %1 and %2, taken over")
                      .arg(QLatin1String(limits), QLatin1String(fractions))
                : tr("is now part of %1 and %2: ignored, since not all six are there or the new ones are")
                      .arg(QLatin1String(limits), QLatin1String(fractions)));
    if (!complete)
        return;
    const bool full =
        std::any_of(y.begin(), y.end(), [](const QString &text) { return text.toDouble() == 1; });
    if (!full) {
        // Beyond the last step the old driver allowed the full current.
        double lowest = x.constFirst().toDouble();
        double highest = lowest;
        for (const QString &text : x) {
            lowest = std::min(lowest, text.toDouble());
            highest = std::max(highest, text.toDouble());
        }
        const bool charge = prefix == QLatin1String("CC_");
        const double end = charge ? lowest - 1 : highest + 1;
        const bool falling = x.constFirst().toDouble() > x.constLast().toDouble();
        const qsizetype at = falling == charge ? x.size() : 0;
        x.insert(at, QString::number(end));
        y.insert(at, QStringLiteral("1"));
    }
    values.insert(limitKey, {used.front().key, x.join(QStringLiteral(", ")), used.front().line});
    values.insert(fractionKey, {used.front().key, y.join(QStringLiteral(", ")), used.front().line});
}

} // namespace sb::config
