// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/itemtree.h"

#include <QDBusArgument>
#include <QDBusMetaType>
#include <QDBusVariant>
#include <QLocale>
#include <cmath>

namespace sb {
namespace {

const QString invalidText = QStringLiteral("---");

/// What a writer may send for a number: any number, or decimal text.
std::optional<double> toNumber(const QVariant &given)
{
    switch (given.metaType().id()) {
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::UChar:
    case QMetaType::Bool:
    case QMetaType::Double: {
        const double value = given.toDouble();
        return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
    }
    case QMetaType::QString: {
        bool ok = false;
        const double value = given.toString().toDouble(&ok);
        return ok && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
    }
    default:
        return std::nullopt;
    }
}

bool isEmptyArray(const QVariant &given)
{
    if (given.metaType() == QMetaType::fromType<QList<int>>())
        return given.value<QList<int>>().isEmpty();
    if (given.metaType() == QMetaType::fromType<QDBusArgument>()) {
        const auto argument = given.value<QDBusArgument>();
        return argument.currentType() == QDBusArgument::ArrayType;
    }
    return given.metaType().id() == QMetaType::QVariantList && given.toList().isEmpty();
}

} // namespace

void registerItemTypes()
{
    qDBusRegisterMetaType<ItemsMap>();
    qDBusRegisterMetaType<TextsMap>();
    qDBusRegisterMetaType<QList<int>>();
}

const QVariant &invalidItem()
{
    static const QVariant invalid = QVariant::fromValue(QList<int>());
    return invalid;
}

QString busText(const QString &text)
{
    QString clean;
    clean.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c.isHighSurrogate() && i + 1 < text.size() && text.at(i + 1).isLowSurrogate()) {
            clean.append(c);
            clean.append(text.at(++i));
        } else if (!c.isSurrogate() && !c.isNonCharacter() &&
                   (c >= QLatin1Char(' ') || c == QLatin1Char('\n'))) {
            clean.append(c);
        }
    }
    return clean;
}

int ItemTree::add(const QString &path, ItemType type, ItemFormat format, int roundTo)
{
    Q_ASSERT(!m_byPath.contains(path));
    const int number = static_cast<int>(m_items.size());
    m_items.push_back({path, type, format, roundTo, invalidItem(), invalidText, false, nullptr});
    m_byPath.insert(path, number);
    return number;
}

void ItemTree::setWriteHandler(int item, WriteHandler handler)
{
    m_items[static_cast<size_t>(item)].handler = std::move(handler);
}

QStringList ItemTree::paths() const
{
    QStringList list;
    for (const Item &item : m_items)
        list.append(item.path);
    return list;
}

QString ItemTree::textOf(const Item &item, double value)
{
    switch (item.format.kind) {
    case ItemFormat::Kind::Fixed:
        return QString::number(value, 'f', item.format.decimals) + QString::fromUtf8(item.format.unit);
    case ItemFormat::Kind::Hex:
        return QStringLiteral("0x") + QString::number(static_cast<qint64>(value), 16).toUpper();
    case ItemFormat::Kind::Plain:
        break;
    }
    if (item.type == ItemType::Integer)
        return QString::number(static_cast<qint64>(value));
    QString text = QString::number(value, 'g', QLocale::FloatingPointShortest);
    if (!text.contains(QLatin1Char('.')) && !text.contains(QLatin1Char('e')))
        text += QLatin1String(".0");
    return text;
}

void ItemTree::store(Item &item, const QVariant &value, const QString &text)
{
    item.value = value;
    item.text = text;
    if (!item.changed) {
        item.changed = true;
        m_changed.push_back(static_cast<int>(&item - m_items.data()));
    }
}

void ItemTree::set(int number, std::optional<double> value)
{
    Item &item = m_items[static_cast<size_t>(number)];
    Q_ASSERT(item.type == ItemType::Double);
    const bool valid = item.value.metaType().id() == QMetaType::Double;
    if (!value || !std::isfinite(*value)) {
        if (valid)
            store(item, invalidItem(), invalidText);
        return;
    }
    const double factor = std::pow(10.0, item.roundTo);
    const double published = std::round(*value * factor) / factor + 0.0;
    if (!valid || item.value.toDouble() != published)
        store(item, published, textOf(item, published));
}

void ItemTree::setInteger(int number, std::optional<qint64> value)
{
    Item &item = m_items[static_cast<size_t>(number)];
    Q_ASSERT(item.type == ItemType::Integer);
    const bool valid = item.value.metaType().id() == QMetaType::Int;
    if (!value || *value > std::numeric_limits<int>::max() || *value < std::numeric_limits<int>::min()) {
        if (valid)
            store(item, invalidItem(), invalidText);
        return;
    }
    const int published = static_cast<int>(*value);
    if (!valid || item.value.toInt() != published)
        store(item, published, textOf(item, published));
}

void ItemTree::setText(int number, const std::optional<QString> &value)
{
    Item &item = m_items[static_cast<size_t>(number)];
    Q_ASSERT(item.type == ItemType::Text);
    const bool valid = item.value.metaType().id() == QMetaType::QString;
    if (!value) {
        if (valid)
            store(item, invalidItem(), invalidText);
        return;
    }
    const QString published = busText(*value);
    if (!valid || item.value.toString() != published)
        store(item, published, published);
}

void ItemTree::write(int number, const QVariant &given, const Reply &reply)
{
    const Item &item = m_items[static_cast<size_t>(number)];
    if (!item.handler) {
        reply(ItemReadOnly);
        return;
    }
    QVariant converted;
    if (item.type == ItemType::Text) {
        if (given.metaType().id() == QMetaType::QString)
            converted = busText(given.toString());
        else if (isEmptyArray(given))
            converted = QString();
    } else if (const auto value = toNumber(given)) {
        if (item.type == ItemType::Double)
            converted = *value;
        else if (*value == std::floor(*value) && std::abs(*value) <= std::numeric_limits<int>::max())
            converted = static_cast<int>(*value);
    }
    if (!converted.isValid()) {
        reply(ItemReadOnly);
        return;
    }
    if (converted == item.value) {
        reply(ItemAccepted);
        return;
    }
    item.handler(converted, reply);
}

ItemsMap ItemTree::all() const
{
    ItemsMap map;
    for (const Item &item : m_items)
        map.insert(item.path, {{QStringLiteral("Value"), item.value}, {QStringLiteral("Text"), item.text}});
    return map;
}

ItemsMap ItemTree::takeChanges()
{
    ItemsMap map;
    for (const int number : m_changed) {
        Item &item = m_items[static_cast<size_t>(number)];
        item.changed = false;
        map.insert(item.path, {{QStringLiteral("Value"), item.value}, {QStringLiteral("Text"), item.text}});
    }
    m_changed.clear();
    return map;
}

QVariantMap ItemTree::valuesBelow(const QString &folder) const
{
    const QString prefix = folder == QLatin1String("/") ? folder : folder + QLatin1Char('/');
    QVariantMap map;
    for (const Item &item : m_items) {
        if (item.path.startsWith(prefix))
            map.insert(item.path.mid(prefix.size()), item.value);
    }
    return map;
}

TextsMap ItemTree::textsBelow(const QString &folder) const
{
    const QString prefix = folder == QLatin1String("/") ? folder : folder + QLatin1Char('/');
    TextsMap map;
    for (const Item &item : m_items) {
        if (item.path.startsWith(prefix))
            map.insert(item.path.mid(prefix.size()), item.text);
    }
    return map;
}

} // namespace sb
