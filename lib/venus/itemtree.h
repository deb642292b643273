// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusArgument>
#include <QHash>
#include <QList>
#include <QMap>
#include <QString>
#include <QVariant>
#include <functional>
#include <optional>
#include <vector>

namespace sb {

using ItemsMap = QMap<QString, QVariantMap>; ///< a{sa{sv}}
using TextsMap = QMap<QString, QString>;     ///< a{ss}

class ItemTree;

/// Items of a tree as a{sa{sv}}, marshalled straight from it: no map of maps is built only to be walked once.
/// For sending at once; worth nothing after the tree changed. Readers of this type use ItemsMap.
struct ItemsView
{
    const ItemTree *tree = nullptr;
    bool onlyChanges = false;
};
QDBusArgument &operator<<(QDBusArgument &argument, const ItemsView &view);
/// Reads nothing: Qt takes a type only with both operators, and this one is only ever sent.
const QDBusArgument &operator>>(const QDBusArgument &argument, ItemsView &view);

/// Registers the D-Bus types of this folder; harmless when called again.
void registerItemTypes();
/// Also for programs that read items with QDBusReply<ItemsMap>. Not in a process that uses Bluetooth: the
/// type is one of QtBluetooth's, and registered twice it makes its scans deaf.
void registerReaderTypes();
/// The one form of "unknown" on this bus: an empty array of integers.
[[nodiscard]] const QVariant &invalidItem();
/// Texts of a BMS are not always what a bus accepts: control characters, lone surrogates and what is no
/// character go; line feeds stay.
[[nodiscard]] QString busText(const QString &text);

/// Fixed type of an item.
enum class ItemType : quint8 { Integer, Double, Text };

/// How an item's text is made from its value.
struct ItemFormat
{
    enum class Kind : quint8 {
        Plain, ///< shortest text that reads back equal, "21.0"
        Fixed, ///< printf "%.Nf" and a unit behind it
        Hex,   ///< "0xBA77"
    };
    Kind kind = Kind::Plain;
    int decimals = 0;
    const char *unit = "";
};

/// Reply codes of SetValue.
enum ItemReply : int { ItemAccepted = 0, ItemReadOnly = 1, ItemRefused = 2 };

/// The items of one service: what is published, its texts, what changed since the last flush. Knows nothing
/// of a bus.
class ItemTree
{
public:
    using Reply = std::function<void(int code)>;
    /// Gets the converted value; answers by \a reply, now or later. It publishes the new value itself.
    using WriteHandler = std::function<void(const QVariant &value, const Reply &reply)>;

    /// \a roundTo: decimals of the published number, 0 to 9. \return the item's number for set().
    int add(const QString &path, ItemType type, ItemFormat format = {}, int roundTo = 2);
    void setWriteHandler(int item, WriteHandler handler);

    // Publishing. Unknown, NaN and infinity are the invalid value. Unchanged values cost a comparison.
    void set(int item, std::optional<double> value);
    void setInteger(int item, std::optional<qint64> value);
    void setText(int item, const std::optional<QString> &value);

    [[nodiscard]] int find(const QString &path) const { return m_byPath.value(path, -1); }
    [[nodiscard]] QStringList paths() const;
    [[nodiscard]] const QVariant &value(int item) const { return m_items[static_cast<size_t>(item)].value; }
    [[nodiscard]] ItemType type(int item) const { return m_items[static_cast<size_t>(item)].type; }
    [[nodiscard]] const QString &text(int item) const { return m_items[static_cast<size_t>(item)].text; }

    /// A write from the bus; \a given as it came.
    void write(int item, const QVariant &given, const Reply &reply);

    /// Everything, for GetItems.
    [[nodiscard]] ItemsMap all() const;
    /// Numbers of the items that changed since the last clearChanges().
    [[nodiscard]] const std::vector<int> &changes() const { return m_changed; }
    void clearChanges();
    /// What changed since the last call, for ItemsChanged.
    [[nodiscard]] ItemsMap takeChanges();
    /// Value and Text of one item, for PropertiesChanged.
    [[nodiscard]] QVariantMap properties(int item) const;
    [[nodiscard]] const QString &path(int item) const { return m_items[static_cast<size_t>(item)].path; }
    [[nodiscard]] int count() const { return static_cast<int>(m_items.size()); }
    /// Items below \a folder ("/", "/Dc"), keys relative to it.
    [[nodiscard]] QVariantMap valuesBelow(const QString &folder) const;
    [[nodiscard]] TextsMap textsBelow(const QString &folder) const;

private:
    struct Item
    {
        QString path;
        ItemType type;
        ItemFormat format;
        double roundTo; ///< 10 to the power of the decimals
        QVariant value;
        QString text;
        bool changed = false;
        WriteHandler handler;
    };
    friend QDBusArgument &operator<<(QDBusArgument &argument, const ItemsView &view);
    void append(QDBusArgument &argument, const Item &item) const;
    void store(Item &item, const QVariant &value, const QString &text);
    [[nodiscard]] static QString textOf(const Item &item, double value);

    std::vector<Item> m_items;
    QHash<QString, int> m_byPath;
    std::vector<int> m_changed;
};

} // namespace sb

Q_DECLARE_METATYPE(sb::ItemsMap)
Q_DECLARE_METATYPE(sb::TextsMap)
Q_DECLARE_METATYPE(sb::ItemsView)
