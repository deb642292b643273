// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/itemtree.h"

#include <QDBusMetaType>
#include <QDBusVariant>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace sb {
namespace {

const QString invalidText = QStringLiteral("---");
const QString valueKey = QStringLiteral("Value");
const QString textKey = QStringLiteral("Text");

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
        if (argument.currentType() != QDBusArgument::ArrayType)
            return false;
        argument.beginArray();
        const bool empty = argument.atEnd();
        argument.endArray();
        return empty;
    }
    return given.metaType().id() == QMetaType::QVariantList && given.toList().isEmpty();
}

} // namespace

void registerItemTypes()
{
    qDBusRegisterMetaType<TextsMap>();
    qDBusRegisterMetaType<QList<int>>();
    qDBusRegisterMetaType<ItemsView>();
}

void registerReaderTypes()
{
    registerItemTypes();
    qDBusRegisterMetaType<ItemsMap>();
}

QDBusArgument &operator<<(QDBusArgument &argument, const ItemsView &view)
{
    argument.beginMap(QMetaType::fromType<QString>(), QMetaType::fromType<QVariantMap>());
    if (view.tree && view.onlyChanges) {
        for (const int number : view.tree->m_changed)
            view.tree->append(argument, view.tree->m_items[static_cast<size_t>(number)]);
    } else if (view.tree) {
        for (const ItemTree::Item &item : view.tree->m_items)
            view.tree->append(argument, item);
    }
    argument.endMap();
    return argument;
}

const QDBusArgument &operator>>(const QDBusArgument &argument, ItemsView &) { return argument; }

void ItemTree::append(QDBusArgument &argument, const Item &item) const
{
    argument.beginMapEntry();
    argument << item.path;
    argument.beginMap(QMetaType::fromType<QString>(), QMetaType::fromType<QDBusVariant>());
    argument.beginMapEntry();
    argument << valueKey << QDBusVariant(item.value);
    argument.endMapEntry();
    argument.beginMapEntry();
    argument << textKey << QDBusVariant(item.text);
    argument.endMapEntry();
    argument.endMap();
    argument.endMapEntry();
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
                   (c.category() != QChar::Other_Control || c == QLatin1Char('\n'))) {
            clean.append(c);
        }
    }
    return clean;
}

int ItemTree::add(const QString &path, ItemType type, ItemFormat format, int roundTo)
{
    Q_ASSERT(!m_byPath.contains(path));
    const int number = static_cast<int>(m_items.size());
    Q_ASSERT(roundTo >= 0 && roundTo <= 9);
    m_items.push_back(
        {path, type, format, std::pow(10.0, roundTo), invalidItem(), invalidText, false, nullptr});
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
    // Room for the largest double written out, and a unit.
    std::array<char, 400> text;
    char *const end = text.data() + 360;
    char *at = text.data();
    switch (item.format.kind) {
    case ItemFormat::Kind::Fixed: {
        // Not QString::number: printf rounds halves to even, Qt up.
        at = std::to_chars(at, end, value, std::chars_format::fixed, item.format.decimals).ptr;
        const size_t unit = std::min<size_t>(std::strlen(item.format.unit), 30);
        std::memcpy(at, item.format.unit, unit);
        at += unit;
        break;
    }
    case ItemFormat::Kind::Hex:
        return QStringLiteral("0x") + QString::number(static_cast<qint64>(value), 16).toUpper();
    case ItemFormat::Kind::Plain:
        if (item.type == ItemType::Integer) {
            at = std::to_chars(at, end, static_cast<qint64>(value)).ptr;
            break;
        }
        at = std::to_chars(at, end, value, std::chars_format::fixed).ptr;
        if (std::find(text.data(), at, '.') == at) {
            *at++ = '.';
            *at++ = '0';
        }
        break;
    }
    return QString::fromLatin1(text.data(), at - text.data());
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
    // Checked after rounding, which can overflow. + 0.0: no negative zero.
    const double published = value ? std::round(*value * item.roundTo) / item.roundTo + 0.0
                                   : std::numeric_limits<double>::quiet_NaN();
    if (!std::isfinite(published)) {
        if (valid)
            store(item, invalidItem(), invalidText);
        return;
    }
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
    for (int number = 0; number < count(); ++number)
        map.insert(path(number), properties(number));
    return map;
}

QVariantMap ItemTree::properties(int number) const
{
    return {{valueKey, value(number)}, {textKey, text(number)}};
}

ItemsMap ItemTree::takeChanges()
{
    ItemsMap map;
    for (const int number : m_changed)
        map.insert(path(number), properties(number));
    clearChanges();
    return map;
}

void ItemTree::clearChanges()
{
    for (const int number : m_changed)
        m_items[static_cast<size_t>(number)].changed = false;
    m_changed.clear();
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
